"""Time passes for cases while it doesn't for us: clocks become days older, and leases of the dead end at once."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from model import Clock, OutgoingMail

DAYS = timedelta(days=14)
MOMENTS = ("started_at", "due_at", "reminded_until", "next_at")


class Aging:
    """Makes each run of a clock older, once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._last = 0

    def pass_time(self) -> None:
        """Age the clocks that have been started since the last time."""
        with Session(self._engine) as session, session.begin():
            new = select(Clock).where(Clock.id > self._last, Clock.stopped_at.is_(None)).with_for_update(of=Clock)
            for clock in session.scalars(new.order_by(Clock.id)):
                for name in MOMENTS:
                    if (moment := getattr(clock, name)) is not None:
                        setattr(clock, name, moment - DAYS)
                self._last = clock.id


def free_leases(engine: Engine, name: str) -> None:
    """End the leases of workers whose name has this in it."""
    with Session(engine) as session, session.begin():
        mine = update(OutgoingMail).where(OutgoingMail.locked_by.contains(name, autoescape=True))
        session.execute(mine.values(locked_until=datetime.now(UTC)))
