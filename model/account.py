"""What is kept of an account beside its password: where it is logged in, and what else is asked of its owner."""

from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.base import Base, UtcDateTime

DIGEST = 64


def _owner() -> ForeignKey:
    return ForeignKey("ab_user.id", ondelete="CASCADE")


class Login(Base):
    """A browser in which somebody is logged in. `key` is a digest of what its session holds.

    `seal` is the account's mark of then: a login with another one than the account's own counts no more. `way` is
    "password" or "provider", `browser` what the browser called itself, in two words.
    """

    __tablename__ = "login"

    key: Mapped[str] = mapped_column(String(DIGEST), primary_key=True)
    user_id: Mapped[int] = mapped_column(_owner(), index=True)
    seal: Mapped[str] = mapped_column(String(32))
    way: Mapped[str] = mapped_column(String(16))
    browser: Mapped[str] = mapped_column(String(60))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class GivenPassword(Base):
    """A password that somebody else chose: its owner chooses another before the first login is done."""

    __tablename__ = "given_password"

    user_id: Mapped[int] = mapped_column(_owner(), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship()


class SecondFactor(Base):
    """What an account's authenticator app knows, and codes of it are asked for.

    `sealed` is the secret, encrypted by the installation's own; `last_step` the number of the last code that was
    used (30 seconds each, since 1970); `wrong` counts wrong codes since the last right one.
    """

    __tablename__ = "second_factor"

    user_id: Mapped[int] = mapped_column(_owner(), primary_key=True)
    sealed: Mapped[str] = mapped_column(String(255))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    last_step: Mapped[int] = mapped_column(default=0)
    wrong: Mapped[int] = mapped_column(default=0)
    shut_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """A code on paper, for the day the phone is lost; each opens once. `key` is a digest of it."""

    __tablename__ = "recovery_code"

    key: Mapped[str] = mapped_column(String(DIGEST), primary_key=True)
    user_id: Mapped[int] = mapped_column(_owner(), index=True)
