"""History replayed: last year's cases through the routing of a draft - which would have gone elsewhere."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_
from sqlalchemy.orm import Session

from app.change import copies
from app.change.dryrun import names_of
from app.change.trial import Trial
from model import Subject

YEAR = timedelta(days=365)
FIRST = 100
"""Cases that are told one by one."""


def replay(session: Session, trial: Trial, now: datetime) -> dict[str, Any]:
    """Send every case of the last year through both routings, with the unit and area it ended with.

    Gives {"cases": how many, "elsewhere": how many, "first": [[number, whom today, whom then, row today, row then]]};
    the routing decides by today's holders on both sides, so that only what the draft changes is told.
    """
    count, elsewhere = 0, 0
    first: list[tuple[str, tuple[int, ...], tuple[int, ...], int, int]] = []
    known = Subject.submitted_at > now - YEAR, or_(Subject.unit_id.is_not(None), Subject.area_id.is_not(None))
    with Session(session.get_bind()) as reading:
        for case in copies.cases(reading, copies.all_cases(*known)):
            was, row = trial.now.routed(trial.now.facts(case))
            will, other = trial.then.routed(trial.then.facts(case))
            count += 1
            if set(was) != set(will):
                elsewhere += 1
                if len(first) < FIRST:
                    first.append((case.number, was, will, row, other))
    called = names_of(session, (person for _, was, will, _, _ in first for person in (*was, *will)))
    return {
        "cases": count,
        "elsewhere": elsewhere,
        "first": [
            [number, [called[p] for p in was], [called[p] for p in will], *rows] for number, was, will, *rows in first
        ],
    }
