"""Keeping changes of settings: now, after showing what they do to open cases, or in the draft until it is published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import current_app, url_for
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.change import changes as changing
from app.change import drafts, history
from app.change.changes import CannotApply, Change, Operation
from app.change.dryrun import Consequences, consequences
from app.change.holding import hold
from app.i18n import gettext
from app.language.definition import Routine
from app.language.load import load
from app.web.database import db
from app.web.grants import me
from app.web.here import context
from app.web.seen import digest
from model import DraftChange, RoutingRow

NOW, DRAFT = "now", "draft"
STRANDED, NOTHING = "stranded", "nothing"
SHOWN = 20
"""Cases that are named before something is saved."""
ALL = 1_000_000
Case = tuple[str, int | None, str, Mapping[str, Any]]
Links = Sequence[tuple[str, str]]


class Refused(Exception):
    """A change that can't be made; its text is told, with `links` as (text, address) to what mends it."""

    def __init__(self, text: str, links: Links = ()) -> None:
        super().__init__(text)
        self.links = links


class Changed(Refused):
    """What was about to be changed is no longer what the form was made from."""

    def __init__(self) -> None:
        told = gettext(
            "Somebody has changed this while you were writing. What you typed is still here: "
            "save it once more if it is to count."
        )
        super().__init__(told)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the changes would do to open cases; whoever confirms sends the `seal` back. `again` = it has changed."""

    found: Consequences
    first: Sequence[Case]
    seal: str
    again: bool


def _whatever() -> None:
    """Require nothing of what is there."""


def keep(
    changes: Sequence[Change], way: str, confirmed: str = "", still: Callable[[], None] = _whatever
) -> Asked | None:
    """Make the changes and commit; give what has to be confirmed first, None when it is done. Raises Refused.

    `still` raises Changed where a row isn't what the form was made from; it is asked when nobody else can save.
    """
    try:
        if way == DRAFT:
            _in_draft(changes, still)
        else:
            _require_everyday(changes)
            asked = _ask(changes, confirmed)
            if asked is not None:
                return asked
            hold(db.session())
            still()
            history.make(db.session(), changes, _me(), datetime.now(UTC))
        db.session.commit()
    except Changed:
        db.session.rollback()
        raise
    except CannotApply as fault:
        db.session.rollback()
        raise Refused(why_not(fault)) from fault
    except SQLAlchemyError as fault:
        db.session.rollback()
        current_app.logger.exception("a setting could not be saved")
        raise Refused(gettext("It could not be saved. Nothing has been changed.")) from fault
    return None


def _me() -> int | None:
    person = me()
    return person.id if person else None


def _require_everyday(changes: Iterable[Change]) -> None:
    if any(changing.needs_draft(change, db.session()) for change in changes):
        raise Refused(gettext("This counts only when it is published. Save it in the draft."))


def _ask(changes: Sequence[Change], confirmed: str) -> Asked | None:
    """What has to be confirmed first; None for nothing. Raises Refused where cases would be left without anybody."""
    if not any(_concerns_cases(change) for change in changes):
        return None
    found = consequences(db.session(), datetime.now(UTC), changes, limit=ALL)
    alone = [number for number, _, outcome, detail in found.first if outcome == STRANDED or _left_alone(detail)]
    if alone:
        raise _stranding(alone)
    harm = {name: count for name, count in found.counts.items() if name != NOTHING and count}
    first = found.first[:SHOWN]
    seal = digest([harm, [list(case) for case in first]])
    if not harm or confirmed == seal:
        return None
    return Asked(found, first, seal, again=bool(confirmed))


def _left_alone(detail: Mapping[str, Any]) -> bool:
    """Whether somebody has the case, and nobody would."""
    before, after = detail.get("people", ((), ()))
    return bool(before) and not after


def _concerns_cases(change: Change) -> bool:
    names = {"person": {"away", "unit"}, "unit": {"parent", "parameters"}}
    if change.table in ("assignment", "calendar") or change.operation == "remove":
        return True
    return change.operation == "change" and not names.get(change.table, set()).isdisjoint(change.values)


def _stranding(numbers: Sequence[str]) -> Refused:
    named = ", ".join(numbers[:SHOWN]) + (" …" if len(numbers) > SHOWN else "")
    text = gettext(
        "Then nobody would have these open cases (%(count)d): %(numbers)s. "
        "Say who takes over first: give somebody else the role there, or at a unit above.",
        count=len(numbers),
        numbers=named,
    )
    return Refused(text, [(gettext("Give somebody the role"), url_for("studio_assignment.create_view"))])


def why_not(fault: CannotApply) -> str:
    """Say why a change can't be made, and what to do instead."""
    if fault.reason == "exists":
        return gettext("It could not be saved: there is another one with the same name.")
    if fault.reason == "unknown":
        return gettext(
            "“%(name)s” isn't there. If it is only in the draft, save this in the draft, too.", name=fault.name
        )
    if fault.reason == "gone":
        return gettext("Somebody has deleted it meanwhile.")
    if fault.change.table in ("unit", "area", "role"):
        return gettext("It is in use, so it can't be deleted. Retire it instead: then nothing new gets it.")
    return gettext("It is in use, so it can't be deleted.")


# -- the draft -----------------------------------------------------------------


def drafted(table: str) -> dict[str, DraftChange]:
    """Give the open draft's changes of a table by key."""
    draft = drafts.open_draft(db.session())
    return {row.key: row for row in draft.changes if row.table == table} if draft else {}


def sealed(live: Mapping[str, Any] | None, change: DraftChange | None) -> str:
    """Give a seal of a row: another one as soon as the row, or what the draft makes of it, is."""
    return digest([live, change and [change.operation, change.values]])


def routines() -> list[Routine]:
    """Give the routine in force, and the draft's where there is one that can be read."""
    draft = drafts.open_draft(db.session())
    meant = load(draft.text).routine if draft is not None else None
    return [context().routine, *([meant] if meant is not None else ())]


def added(table: str) -> dict[str, Mapping[str, Any]]:
    """Give the rows that only the draft has, by key."""
    return {key: row.values for key, row in drafted(table).items() if row.operation == "add"}


def routing_rows() -> list[tuple[str, dict[str, Any]]]:
    """Give the routing as the draft would have it: key and values, the first first."""
    marks = drafted("routing")
    found = []
    for row in db.session().scalars(select(RoutingRow).order_by(RoutingRow.position, RoutingRow.id)):
        change = marks.get(str(row.id))
        if change is None or change.operation != "remove":
            found.append((str(row.id), {**changing.values_of(row), **(change.values if change else {})}))
    found += [(key, dict(values)) for key, values in added("routing").items()]
    return sorted(found, key=lambda each: each[1].get("position") or 0)


def join(changes: Sequence[Change], *, text: str | None = None, scenarios: str | None = None) -> None:
    """Let changes of settings and of the texts join the draft. Commits. Raises Refused."""
    try:
        _in_draft(changes)
        if text is not None or scenarios is not None:
            draft = drafts.start(db.session(), _me(), datetime.now(UTC))
            drafts.write(draft, _me(), datetime.now(UTC), text=text, scenarios=scenarios)
        db.session.commit()
    except CannotApply as fault:
        db.session.rollback()
        raise Refused(why_not(fault)) from fault


def _in_draft(changes: Sequence[Change], still: Callable[[], None] = _whatever) -> None:
    session, now = db.session(), datetime.now(UTC)
    draft = drafts.open_draft(session)
    _try(session, _merged(drafts.changes_of(draft) if draft else [], changes), changes)
    hold(session)
    still()
    draft = drafts.start(session, _me(), now)
    for change in changes:
        drafts.put(draft, change, _me(), now)
    session.flush()
    touched = {(change.table, change.key) for change in changes}
    empty = [row.id for row in draft.changes if (row.table, row.key) in touched and not _left(session, row)]
    if empty:
        drafts.drop_changes(draft, empty, _me(), now)


def _left(session: Session, row: DraftChange) -> bool:
    """Take out of a draft's change what is so already; whether anything is left."""
    present = changing.find(session, row.table, row.key)
    if row.operation != "change" or present is None:
        return True
    values = changing.values_of(present)
    row.values = {name: value for name, value in row.values.items() if values.get(name) != value}
    return bool(row.values)


def _merged(old: Iterable[Change], new: Iterable[Change]) -> list[Change]:
    found = {(change.table, change.key): change for change in old}
    for change in new:
        place = change.table, change.key
        before = found.get(place)
        if before is None:
            found[place] = change
        elif change.operation == "remove" and before.operation == "add":
            del found[place]
        elif change.operation == "remove":
            found[place] = change
        else:
            operation: Operation = "add" if before.operation == "add" else "change"
            found[place] = Change(*place, operation, {**before.values, **change.values})
    return list(found.values())


def _try(session: Session, changes: Iterable[Change], new: Iterable[Change]) -> None:
    """Make the changes aside and undo them. Raises CannotApply for one of the new ones."""
    places = {(change.table, change.key) for change in new}
    with Session(session.get_bind()) as aside:
        try:
            changing.apply(aside, changes)
        except CannotApply as fault:
            if (fault.change.table, fault.change.key) in places:
                raise
        finally:
            aside.rollback()
