"""Who an account is at the provider that logs people in."""

from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.base import Base, UtcDateTime


class Identity(Base):
    """An account's one subject: `issuer` and `sub` as the provider writes them. Names and addresses may change."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("issuer", "sub"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer: Mapped[str] = mapped_column(String(255))
    sub: Mapped[str] = mapped_column(String(255))
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship()
