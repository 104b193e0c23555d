"""Publishing: what still stands in the way of a draft, and making it the edition in force."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.change import drafts, dryrun, history
from app.change.editing import without_migrate
from app.change.holding import hold
from app.language.load import load
from app.outbox import compose
from app.workflow import migrating
from model import Draft, Migration, Person, WorkflowEdition

RECOUNT = "*"
"""Stands for the flow where deadlines are reckoned anew and no case changes its edition."""
HANDED_OVER = "cases_handed_over"


@dataclass(frozen=True, slots=True)
class Hindrance:
    """One thing that publishing needs: whether it is so, how many are in the way, and which.

    `name` is nothing_changed, migrating (cases are on their way to the newest edition), dry_run, faults, mapping,
    stranded, holes, rows, scenarios or approval. With `override` an administrator may publish all the same and say why.
    """

    name: str
    ok: bool
    count: int = 0
    items: tuple[Any, ...] = ()
    override: bool = False


def unfinished(session: Session) -> Sequence[Migration]:
    """Give the migrations that are under way, the oldest first."""
    return session.scalars(select(Migration).where(Migration.finished_at.is_(None)).order_by(Migration.id)).all()


class NotYet(Exception):
    """The draft can't be published; `hindrances` says what is in the way."""

    def __init__(self, hindrances: Iterable[Hindrance]) -> None:
        self.hindrances = tuple(hindrances)
        super().__init__(", ".join(each.name for each in self.hindrances))


class SamePerson(Exception):
    """Whoever changed the draft last can't be the one who approves it."""


def gate(session: Session, draft: Draft, now: datetime, *, person: int | None, four_eyes: bool) -> list[Hindrance]:
    """Give everything that publishing needs, in the order to deal with it."""
    run = dryrun.latest(session, draft)
    stale = "missing" if run is None else dryrun.up_to_date(session, draft, run, now)
    moving = len(unfinished(session))
    found = [
        Hindrance("nothing_changed", _changed(draft)),
        Hindrance("migrating", not moving, moving),
        Hindrance("dry_run", not stale, items=(stale,) if stale else ()),
    ]
    found += _findings(run.result, draft) if run is not None and run.finished_at is not None else []
    if four_eyes:
        approved = draft.approved_revision == draft.revision and draft.approved_by_id is not None
        found.append(Hindrance("approval", approved, items=() if draft.changed_by_id != person else ("same",)))
    return found


def _changed(draft: Draft) -> bool:
    base = draft.base
    return bool(draft.changes) or (draft.text, draft.scenarios) != (without_migrate(base.text), base.scenarios)


def _findings(result: Mapping[str, Any], draft: Draft) -> list[Hindrance]:
    errors = tuple(tuple(fault[:3]) for fault in result.get("faults", ()) if not fault[3])
    found = [Hindrance("faults", not errors, len(errors), errors)]
    if errors:
        return found
    unanswered = [each for each in result["questions"] if not each["answer"] and _must(each, result["questions"])]
    stranded = result["counts"].get("stranded", 0)
    failed = [name for name, faults in result.get("scenarios", ()) if faults]
    played = "scenarios" in result or not draft.scenarios.strip()
    return [
        *found,
        Hindrance("mapping", not unanswered, len(unanswered), tuple((e["flow"], e["state"]) for e in unanswered)),
        Hindrance("stranded", not stranded, stranded),
        Hindrance("holes", not result["holes"], len(result["holes"]), tuple(map(tuple, result["holes"]))),
        Hindrance("rows", not result["rows"], len(result["rows"]), tuple(each["row"] for each in result["rows"])),
        Hindrance("scenarios", played and not failed, len(failed), tuple(failed), override=True),
    ]


def _must(question: Mapping[str, Any], all_of_them: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the question needs an answer: where cases stay, nobody asks to where they go."""
    answers = [each["answer"] for each in all_of_them if not each["state"] and each["family"] == question["family"]]
    return not question["state"] or answers != ["stay"]


def ask(draft: Draft, now: datetime) -> None:
    """Ask the other administrators to look at the draft."""
    draft.asked_at = now


def approve(draft: Draft, person: int | None) -> None:
    """Approve the draft as it stands now. Raises SamePerson."""
    if person is None or person in (draft.changed_by_id, draft.made_by_id):
        raise SamePerson
    draft.approved_by_id, draft.approved_revision = person, draft.revision


def publish(
    session: Session,
    draft: Draft,
    person: int | None,
    now: datetime,
    *,
    reason: str,
    override: str = "",
    four_eyes: bool = False,
) -> WorkflowEdition:
    """Make the draft the edition in force, in one transaction. Flushes, never commits.

    Cases that have moved since the dry run are tried again here, while nobody else can publish. Raises NotYet,
    changes.CannotApply where a row has gone meanwhile.
    """
    found, run = gate(session, draft, now, person=person, four_eyes=four_eyes), dryrun.latest(session, draft)
    against = [each for each in found if not each.ok and not (each.override and override.strip())]
    if against or run is None:
        raise NotYet(against)
    approver = draft.approved_by_id if four_eyes else None
    trial = dryrun.draft_trial(session, draft, now)
    _claim(session, draft)
    hold(session)
    if stale := dryrun.up_to_date(session, draft, run, now):
        raise NotYet([Hindrance("dry_run", ok=False, items=(stale,))])
    if dryrun.strands_since(session, trial, run):
        raise NotYet([Hindrance("dry_run", ok=False, items=("cases",))])
    number = drafts.newest(session).number + 1
    was = history.snapshot(session)
    history.make(session, drafts.changes_of(draft), person, now, reason.strip())
    edition = _edition_of(draft, number, now)
    edition.published_by_id, edition.approved_by_id, edition.reason = person, approver, reason.strip()
    edition.override = override.strip() if any(not each.ok for each in found) else ""
    edition.changes = list(_made(was, history.snapshot(session)))
    session.add(edition)
    session.flush()
    draft.status = "published"
    _begin_migrations(session, edition, run.result, now)
    _tell_newcomers(session, edition, run.result, now)
    return edition


def _edition_of(draft: Draft, number: int, now: datetime) -> WorkflowEdition:
    digest = hashlib.sha256(draft.text.encode()).hexdigest()
    return WorkflowEdition(number=number, text=draft.text, sha256=digest, scenarios=draft.scenarios, published_at=now)


def _claim(session: Session, draft: Draft) -> None:
    """Hold the draft: of two who publish it at once, one does."""
    held = update(Draft).where(Draft.id == draft.id, Draft.status == "open", Draft.revision == draft.revision)
    claimed = session.execute(
        held.values(changed_at=Draft.changed_at), execution_options={"synchronize_session": False}
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise NotYet([Hindrance("dry_run", ok=False, items=("draft",))])


def _made(was: history.Snapshot, now: history.Snapshot) -> Iterable[dict[str, Any]]:
    """What else the edition changed, so that it can be undone. People are left to the journal of configuration."""
    for table, key in dict.fromkeys((*was, *now)):
        before, after = was.get((table, key)), now.get((table, key))
        if before == after or table == "person":
            continue
        operation = "add" if before is None else "remove" if after is None else "change"
        names = {n for n in {**(before or {}), **(after or {})} if (before or {}).get(n) != (after or {}).get(n)}
        yield {
            "table": table,
            "key": key,
            "operation": operation,
            "values": {name: value for name, value in (after or {}).items() if name in names},
            "before": {name: value for name, value in (before or {}).items() if name in names},
        }


def _begin_migrations(session: Session, edition: WorkflowEdition, result: Mapping[str, Any], now: datetime) -> None:
    """Leave the moving of open cases to the worker, a batch at a time."""
    routine = load(edition.text).routine
    for root, states in result["moved"].items():
        if routine is not None and migrating.answer(routine, root) != "stay":
            total = sum(result["states"].get(root, {}).values())
            session.add(Migration(edition_id=edition.id, flow=root, states=states, total=total, started_at=now))
    if result["recount"]:
        session.add(Migration(edition_id=edition.id, flow=RECOUNT, total=result["open"], started_at=now))


def _tell_newcomers(session: Session, edition: WorkflowEdition, result: Mapping[str, Any], now: datetime) -> None:
    """One mail to each who gets cases by this, however many they are."""
    for person, count in result["newcomers"]:
        receiver = session.get(Person, person)
        if receiver is not None and receiver.mail:
            compose.write(
                session,
                event_key=f"edition:{edition.number}",
                subject=None,
                receiver=receiver,
                mail=HANDED_OVER,
                why="handler",
                values={"count": str(count)},
                link="cases:",
                now=now,
            )
