"""Approvals that wait: looked at again once roles or people have changed, for what there is now may be enough."""

from __future__ import annotations

from datetime import datetime
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, String, cast, not_, select
from sqlalchemy.orm import Session

from app.workflow import engine
from app.workflow.context import Context
from model import ConfigurationVersion, Subject

_looked: WeakKeyDictionary[Engine, int] = WeakKeyDictionary()
"""The configuration version at which this process last looked, by database."""


def recount(session: Session, now: datetime) -> int:
    """Make what has presses enough under a new configuration; give how many. The caller commits."""
    version = session.scalar(select(ConfigurationVersion.version)) or 0
    here = session.get_bind().engine
    if _looked.get(here) == version:
        return 0
    waiting = select(Subject).where(not_(Subject.finished), cast(Subject.presses, String) != "{}")
    context = Context.open(session, now, version)
    made = sum(engine.recount(context, each) for each in session.scalars(waiting.order_by(Subject.id)).all())
    if not made:
        _looked[here] = version
    return made
