"""Holding the configuration while it is looked at once more and written: who saves at once comes one by one."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from model import ConfigurationVersion, Draft


def hold(session: Session) -> None:
    """Let nobody else save a setting, an account or the draft until this transaction ends; read everything anew."""
    as_it_is = update(ConfigurationVersion).values(id=ConfigurationVersion.id)
    session.execute(as_it_is, execution_options={"synchronize_session": False})
    session.execute(select(Draft.id).where(Draft.status == "open").with_for_update())
    session.expire_all()
