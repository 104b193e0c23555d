"""Looking over every open case: those that nobody active can move are written down, and the administrators told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from app.change import copies, remedies
from app.change.memo import Memo
from app.change.radar import Radar, Reason
from app.change.sides import Side
from app.i18n import force_locale, gettext
from app.outbox import compose
from app.outbox.settings import Settings
from app.workflow import mailing
from app.workflow.context import Context
from model import LastCheck, Part, Person, StuckCase, Subject, WorkflowEdition

RADAR = "radar"
"""Name of the check's row."""
MAIL = "stuck_cases"
MOST_TOLD = 30
"""Cases that a mail lists; the page has them all."""
MORNING = timedelta(hours=6)
"""When the night's check is made, after midnight where the institution is."""
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
Found = Mapping[int, Sequence[Reason]]
"""Case or part, by id -> why nobody can move it."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a check found: how many are open, how many of them stuck, and how many are told of for the first time."""

    open: int
    stuck: int
    news: int


def is_due(session: Session, now: datetime) -> bool:
    """Whether this night's check is still to be made. A new installation waits for its first morning."""
    last = session.scalar(select(LastCheck.at).where(LastCheck.name == RADAR))
    if last is None:
        last = session.scalar(select(func.min(WorkflowEdition.published_at)))
    return last is not None and last < morning(session, now)


def morning(session: Session, now: datetime) -> datetime:
    """Give the latest morning."""
    worktime = Context.open(session, now).organisation.worktime
    midnight = worktime.end_of(worktime.day_of(now) - DAY) + SECOND
    return midnight + MORNING if midnight + MORNING <= now else midnight + MORNING - DAY


def nightly(session: Session, now: datetime) -> Sweep | None:
    """Make this night's check, once among all processes; None when another has. The caller commits."""
    return _record(session, now, *look(session, now), before=morning(session, now))


def sweep(session: Session, now: datetime) -> Sweep:
    """Check every open case now. The caller commits."""
    found = _record(session, now, *look(session, now))
    if found is None:
        msg = "a check that was asked for is always made"
        raise RuntimeError(msg)
    return found


def give_up(session: Session, now: datetime) -> None:
    """Write down that the check has failed, so that it isn't tried again before the next night."""
    _claim(session, now, {"failed": True}, None)


def look(session: Session, now: datetime) -> tuple[int, dict[int, list[Reason]]]:
    """Give how many cases and parts are open, and those that are stuck with why. Nothing is written."""
    side = Side(Context.open(session, now))
    radar = Radar.open(side.context)
    ask = Memo(lambda facts: tuple(radar.reasons(facts)))
    count = 0
    found: dict[int, list[Reason]] = {}
    for each in _open(session):
        count += 1
        if why := ask(side.facts(each)):
            found[each.id] = list(why)
    return count, found


def _open(session: Session) -> Iterator[copies.Copy]:
    """Every open case and part, also the parts that a finished case has left open."""
    part = aliased(Part)
    left = select(part.whole_id).where(part.finished.is_(False))
    finished = copies.all_cases(Subject.finished.is_(True), Subject.id.in_(left))
    for several in (copies.open_cases(session), copies.cases(session, finished)):
        for case in several:
            yield from (each for each in (case, *case.parts) if not each.finished)


def _record(session: Session, now: datetime, count: int, found: Found, before: datetime | None = None) -> Sweep | None:
    if not _claim(session, now, {"open": count, "stuck": len(found)}, before):
        return None
    kept = {row.subject_id: row for row in session.scalars(select(StuckCase))}
    for subject, row in kept.items():
        if subject not in found:
            session.delete(row)
    for subject, reasons in found.items():
        row = kept.get(subject) or StuckCase(subject_id=subject, since=now, reasons=[])
        if list(row.reasons) != list(reasons):
            row.reasons, row.told_at = list(reasons), None
        session.add(row)
    session.flush()
    return Sweep(count, len(found), _tell(session, now))


def _claim(session: Session, now: datetime, result: Mapping[str, Any], before: datetime | None) -> bool:
    """Set the check's row, unless somebody else has made it since `before`: who sets it writes the findings."""
    mine = update(LastCheck).where(LastCheck.name == RADAR).values(at=now, result=result).returning(LastCheck.name)
    if before is not None:
        mine = mine.where(LastCheck.at < before)
    if session.scalar(mine.execution_options(synchronize_session=False)):
        return True
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    first = dialect.insert(LastCheck).values(name=RADAR, at=now, result=result)
    return session.scalar(first.on_conflict_do_nothing().returning(LastCheck.name)) is not None


# -- the mail -------------------------------------------------------------------


def _tell(session: Session, now: datetime) -> int:
    """Mail the administrators what is new, in one mail each; give how many cases that is."""
    untold = select(StuckCase, Subject).join(Subject, Subject.id == StuckCase.subject_id)
    rows = session.execute(untold.where(StuckCase.told_at.is_(None)).order_by(StuckCase.subject_id)).all()
    if not rows:
        return 0
    context = Context.open(session, now)
    for person in mailing.administrators(context):
        language = person.language or Settings.current().default_language
        with force_locale(language):
            lines = [_line(context, row, subject) for row, subject in rows[:MOST_TOLD]]
            if len(rows) > MOST_TOLD:
                lines.append(gettext("and %(count)d more", count=len(rows) - MOST_TOLD))
        _write(session, now, person, {"count": str(len(rows)), "cases": "\n".join(lines)})
    for row, _ in rows:
        row.told_at = now
    session.flush()
    return len(rows)


def _write(session: Session, now: datetime, person: Person, values: Mapping[str, str]) -> None:
    compose.write(
        session,
        event_key=f"radar:{now.isoformat()}",
        subject=None,
        receiver=person,
        mail=MAIL,
        why="administrators",
        values=values,
        link="studio:",
        now=now,
    )


def _line(context: Context, row: StuckCase, subject: Subject) -> str:
    """Number, unit and why: never what it is about."""
    unit = context.organisation.units.get(whole_of(subject).unit_id or 0)
    why = why_stuck(context, subject, row.reasons)
    return f"{subject.number}{f' ({unit.code or unit.name})' if unit else ''}: {why[0] if why else ''}"


def whole_of(subject: Subject) -> Subject:
    """Give the case that an action is part of; a case itself."""
    return subject.whole if isinstance(subject, Part) else subject


def why_stuck(context: Context, subject: Subject, reasons: Sequence[Reason]) -> list[str]:
    """Say a case's reasons in the language of the moment, the most telling first."""
    ids = [reason["person"] for reason in reasons if "person" in reason]
    people = {person: context.world(context.routine).person(person) for person in ids}
    routine = context.edition(subject).routine
    ordered = remedies.worst_first(reasons)
    told = (remedies.told(each, routine, subject.flow, context.organisation, people) for each in ordered)
    return list(dict.fromkeys(told))
