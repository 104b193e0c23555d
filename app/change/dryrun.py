"""The dry run: what a draft would do to each open case, told before anything is published.

See `model.DryRun` for what is kept of it, and `app.change.trial` for how a case is tried.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.orm import Session

from app.change import copies, drafts, findings, questions
from app.change.changes import CannotApply, Change
from app.change.sides import Side
from app.change.trial import OUTCOMES, Consequence, Trial
from app.change.whatif import FILE, WhatIf, what_if
from app.language.fault import Fault
from app.language.said import packed
from app.workflow import carrying, migrating
from app.workflow.context import Context
from app.workflow.journal import NOT_MADE
from model import ConfigurationVersion, Draft, DryRun, DryRunCase, JournalEntry, Person, Subject

OLD = timedelta(minutes=10)
STEP = 1000
"""Cases between two signs of progress."""
FACETS = ("people", "gained", "lost", "blocked", "clocks", "stuck")
Progress = Callable[[], None]


def open_cases(session: Session) -> int:
    """Count the open cases."""
    query = select(func.count()).select_from(Subject).where(Subject.kind == "case", Subject.finished.is_(False))
    return session.scalar(query) or 0


def begin(session: Session, draft: Draft, now: datetime) -> DryRun:
    """Make the row of a run that is to be performed; earlier runs of the draft go. Flushes."""
    session.execute(delete(DryRun).where(DryRun.draft_id == draft.id))
    run = DryRun(
        draft_id=draft.id,
        draft_revision=draft.revision,
        configuration=_configuration(session),
        last_event=_last_event(session),
        started_at=now,
        total=open_cases(session),
        done=0,
        result={},
    )
    session.add(run)
    session.flush()
    return run


def _configuration(session: Session) -> int:
    return session.scalar(select(ConfigurationVersion.version)) or 0


def _last_event(session: Session) -> int:
    return session.scalar(select(func.max(JournalEntry.id))) or 0


def latest(session: Session, draft: Draft) -> DryRun | None:
    """Give the draft's newest run."""
    return session.scalars(select(DryRun).where(DryRun.draft_id == draft.id).order_by(DryRun.id.desc())).first()


def waiting(session: Session) -> DryRun | None:
    """Give a run that nobody performs: not begun, or left by a process that ended."""
    query = select(DryRun).where(DryRun.finished_at.is_(None)).order_by(DryRun.id)
    return session.scalars(query).first()


def up_to_date(session: Session, draft: Draft, run: DryRun, now: datetime) -> str:
    """Say why the run can't be built on: unfinished, draft, configuration or old; empty = it can.

    Cases move all the time; those that have since are tried again in the moment of publishing, see `strands_since`.
    """
    if run.finished_at is None:
        return "unfinished"
    if run.draft_revision != draft.revision:
        return "draft"
    if run.configuration != _configuration(session):
        return "configuration"
    return "old" if now - run.finished_at > OLD else ""


def perform(session: Session, run: DryRun, now: datetime, progress: Progress = lambda: None) -> None:
    """Try the draft on every open case and fill in the run; `progress` is called now and then, to commit.

    The run has been committed: SQLite lets nobody else write meanwhile, and the trial does, to undo it.
    """
    began = monotonic()
    draft = session.get_one(Draft, run.draft_id)
    tried = draft.revision, _configuration(session), _last_event(session)
    try:
        then = what_if(session, now, changes=drafts.changes_of(draft), text=draft.text)
    except CannotApply as fault:
        then = None
        change = fault.change
        result: dict[str, Any] = {"faults": [[0, 0, [change.table, change.key, fault.reason, fault.name], False]]}
    run.draft_revision, run.configuration, run.last_event = tried
    session.execute(delete(DryRunCase).where(DryRunCase.run_id == run.id))
    if then is not None:
        result = {"faults": [_kept(fault) for fault in then.faults]}
        if not then.errors:
            result |= _tried(session, run, then, now, progress)
    result["seconds"] = round(monotonic() - began, 2)
    run.result, run.finished_at, run.done = result, now + timedelta(seconds=monotonic() - began), run.total


def _tried(session: Session, run: DryRun, then: WhatIf, now: datetime, progress: Progress) -> dict[str, Any]:
    trial = trial_of(session, then, now)
    tally = Tally(trial)
    rows: list[dict[str, Any]] = []
    with Session(session.get_bind()) as reading, copies.rarely_collected():
        for case in copies.open_cases(reading):
            consequence = tally.add(case)
            if consequence.outcome != "nothing":
                rows.append(_row(run, consequence))
            if tally.count % STEP == 0:
                rows = _keep(session, run, rows, tally, now)
                progress()
    _keep(session, run, rows, tally, now)
    return tally.result(session)


def _kept(fault: Fault) -> list[Any]:
    """Line, column, sentence, whether it is a warning; a fault of the settings has no line."""
    line, column = (fault.line, fault.column) if fault.file == FILE else (0, 0)
    return [line, column, packed(fault.message), fault.warning]


def _row(run: DryRun, each: Consequence) -> dict[str, Any]:
    return {
        "run_id": run.id,
        "number": each.number,
        "unit_id": each.unit_id,
        "outcome": each.outcome,
        "detail": dict(each.detail),
    }


def _keep(session: Session, run: DryRun, rows: list[dict[str, Any]], tally: Tally, now: datetime) -> list[Any]:
    if rows:
        session.connection().execute(insert(DryRunCase), rows)
    run.done, run.beat_at = tally.count, now
    run.total = max(run.total, tally.count)
    return []


def trial_of(session: Session, then: WhatIf, now: datetime) -> Trial:
    """Put the configuration of today beside the one that might be. Raises ValueError where that one has errors."""
    today = Context.open(session, now)
    draft = then.context(session, now) if then.edition and then.edition.number != today.newest.number else None
    after = draft or Context(session, now, then.organisation, today.newest)
    moving = questions.moves(after.routine, _moving(session, today, after)) if draft else {}
    recount = findings.counts_differently(today.organisation, after.organisation)
    history = _history(session, moving, today, after)
    return Trial(Side(today), Side(after), moving, recount, history)


def draft_trial(session: Session, draft: Draft, now: datetime) -> Trial:
    """Put today beside the draft."""
    return trial_of(session, what_if(session, now, changes=drafts.changes_of(draft), text=draft.text), now)


def strands_since(session: Session, trial: Trial, run: DryRun) -> bool:
    """Whether a case that something has happened to since the run would be stranded."""
    moved = select(JournalEntry.case_id).where(JournalEntry.id > run.last_event)
    return any(
        trial.consequence(case).outcome == "stranded" for case in copies.open_cases(session, Subject.id.in_(moved))
    )


def _moving(session: Session, today: Context, after: Context) -> Iterable[str]:
    asked = set(questions.asked(today.routine, after.routine, questions.standing(session)))
    said = {
        root for root in migrating.roots(after.routine) if migrating.answer(after.routine, root) not in (None, "stay")
    }
    return sorted(asked | said)


def _history(
    session: Session, moving: Mapping[str, object], today: Context, after: Context
) -> dict[int, list[carrying.Moment]]:
    """What happened to the cases that move, where a clock is new and must know."""
    flows = [flow for root in moving for flow in migrating.family(after.routine, root)]
    known = {name for flow in flows if flow in today.routine.flows for name in today.routine.flows[flow].clocks}
    if all(name in known for flow in flows for name in after.routine.flows[flow].clocks):
        return {}
    query = (
        select(
            JournalEntry.subject_id,
            JournalEntry.at,
            JournalEntry.transition,
            JournalEntry.from_state,
            JournalEntry.to_state,
        )
        .join(Subject, Subject.id == JournalEntry.subject_id)
        .where(Subject.finished.is_(False), Subject.flow.in_(flows), JournalEntry.event.not_in(NOT_MADE))
        .order_by(JournalEntry.subject_id, JournalEntry.ordinal)
    )
    found: dict[int, list[carrying.Moment]] = {}
    for subject, at, transition, before, state in session.execute(query):
        found.setdefault(subject, []).append((at, carrying.names(transition, before, state)))
    return found


class Tally:
    """Counts what becomes of cases."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.count = 0
        self.already = 0
        self.counts: Counter[str] = Counter()
        self.facets: Counter[str] = Counter()
        self.mails = 0
        self.newcomers: Counter[int] = Counter()
        self.came_from: dict[tuple[str, str], Counter[str]] = {}

    def add(self, case: copies.Copy) -> Consequence:
        """Try one case."""
        found = self.trial.consequence(case)
        self.count += 1
        self.counts[found.outcome] += 1
        self.already += found.already
        detail = found.detail
        self.facets.update(name for name in FACETS if name in detail)
        self.mails += len(detail.get("mails", ()))
        before, after = detail.get("people", ((), ()))
        self.newcomers.update(person for person in after if person not in before)
        for each in (case, *case.parts):
            former = each.former_states
            if former:
                self.came_from.setdefault((each.flow, each.state), Counter())[former[-1]] += 1
        return found

    def result(self, session: Session) -> dict[str, Any]:
        """Give what `model.DryRun` keeps."""
        today, after = self.trial.now.context, self.trial.then.context
        standing = questions.standing(session)
        return {
            "open": self.count,
            "counts": {name: self.counts[name] for name in OUTCOMES},
            "already": self.already,
            "facets": dict(self.facets),
            "mails": {
                "sent": self.mails + len(self.newcomers),
                "collected": sum(self.newcomers.values()),
                "people": len(self.newcomers),
            },
            "states": standing,
            "questions": questions.questions(today.routine, after.routine, standing, self.came_from),
            "newcomers": sorted(self.newcomers.items()),
            "holes": findings.new_holes(today, after),
            "rows": findings.new_row_faults(today, after),
            "moved": {root: dict(states) for root, states in self.trial.moves.items()},
            "recount": self.trial.recount,
        }


@dataclass(frozen=True, slots=True)
class Consequences:
    """What changes of settings, saved at once, would do: counts by outcome, and the first cases."""

    open: int
    counts: Mapping[str, int]
    first: tuple[tuple[str, int | None, str, Mapping[str, Any]], ...]


def consequences(
    session: Session, now: datetime, changes: Iterable[Change], limit: int = 20, *which: ColumnElement[bool]
) -> Consequences:
    """Try changes of settings on the open cases. Raises app.change.changes.CannotApply."""
    trial = trial_of(session, what_if(session, now, changes=changes), now)
    counts: Counter[str] = Counter()
    first: list[tuple[str, int | None, str, Mapping[str, Any]]] = []
    with Session(session.get_bind()) as reading, copies.rarely_collected():
        for case in copies.open_cases(reading, *which):
            found = trial.consequence(case)
            counts[found.outcome] += 1
            if found.outcome != "nothing" and len(first) < limit:
                first.append((found.number, found.unit_id, found.outcome, found.detail))
    return Consequences(sum(counts.values()), dict(counts), tuple(first))


def names_of(session: Session, people: Iterable[int]) -> dict[int, str]:
    """What people are called, by id."""
    query = select(Person).where(Person.id.in_(set(people)))
    return {person.id: repr(person) for person in session.scalars(query)}
