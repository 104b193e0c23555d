"""Cases that have changed, taken into the tallies; and all of them, once what is kept has become another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, insert, select, text, update
from sqlalchemy.orm import Session

from app.scope.row import nobody_shut_out
from app.tally.cells import Added, Amount, Cell, gather
from app.tally.covering import TALLY, Tree, widened
from app.tally.kept import digest, kept
from app.workflow.context import Context
from model import Subject, Tally, TallyDue, TallyPart, TallyState

SELDOM = timedelta(seconds=30)
"""Cases that change are gathered that long: a report looks at them meanwhile."""
PART = cast(Table, TallyPart.__table__)
CELL = [TALLY.c[name] for name in Cell._fields]
ADDED = [TALLY.c[name] for name in Amount._fields]
LOOK_AT_ROWS = text(f"ANALYZE {Tally.__tablename__}, {TallyPart.__tablename__}")
"""They were empty when PostgreSQL last looked: a report of a million cases took it a second until it did so again."""
GIVEN = [PART.c[name] for name in Amount._fields]


def fold(session: Session, now: datetime, limit: int) -> int:
    """Take one batch of cases in; give how many there were, 0 also where another process is at it.

    The caller commits. A full batch means that more is left to do.
    """
    state = _state(session, now)
    if state is None:
        return 0
    context = Context.open(session, now)
    tree = Tree.read(state.tree).grown_to(Tree.of(context.organisation))
    if tree is None or state.reports != digest(context):
        tree = Tree.of(context.organisation)
        _begin_anew(session, state, digest(context))
    if tree.to_keep != state.tree:
        state.tree = tree.to_keep
    if not state.whole:
        return _go_on(context, state, limit)
    if state.looked_at > now - SELDOM:
        return 0
    return _catch_up(context, state, limit)


def _state(session: Session, now: datetime) -> TallyState | None:
    if session.scalar(select(TallyState.id)) is None:
        session.add(TallyState(id=1, looked_at=now - 2 * SELDOM))
        session.flush()
    return session.scalar(select(TallyState).with_for_update(skip_locked=True))


def _begin_anew(session: Session, state: TallyState, reports: str) -> None:
    """Forget all numbers, and what is due: every case is about to be looked at."""
    due = select(TallyDue.subject_id).with_for_update(skip_locked=True)
    session.execute(delete(TallyDue).where(TallyDue.subject_id.in_(due)))
    for table in (TallyPart, Tally):
        session.execute(delete(table))
    state.reports, state.last_id, state.whole = reports, 0, False


def _go_on(context: Context, state: TallyState, limit: int) -> int:
    cases = select(Subject.id).where(Subject.kind == "case", Subject.id > state.last_id)
    ids = context.session.scalars(cases.order_by(Subject.id).limit(limit)).all() if state.reports else []
    if ids:
        take_in(context, ids, Tree.read(state.tree))
        state.last_id = ids[-1]
    state.whole = len(ids) < limit
    if state.whole and context.session.get_bind().dialect.name == "postgresql":
        context.session.execute(LOOK_AT_ROWS)
    return len(ids)


def _catch_up(context: Context, state: TallyState, limit: int) -> int:
    """Take in what is due: what somebody changes at this moment later, so that nobody waits for the other."""
    due = select(TallyDue.subject_id).order_by(TallyDue.subject_id).limit(limit)
    ids = context.session.scalars(due.with_for_update(skip_locked=True)).all()
    if ids:
        take_in(context, ids, Tree.read(state.tree))
        context.session.execute(delete(TallyDue).where(TallyDue.subject_id.in_(ids)))
    if len(ids) < limit:
        state.looked_at = context.now
    return len(ids)


def take_in(context: Context, ids: Collection[int], tree: Tree) -> None:
    """Take away what these cases added, and add what they add now."""
    told = _told(context.session, ids)
    found = gather(context, kept(context.routine), ids, nobody_shut_out())
    other = [each for each in ids if found.get(each, {}) != told.get(each, {})]
    if not other:
        return
    change: dict[Cell, Amount] = defaultdict(Amount)
    for each in other:
        for cell, amount in found.get(each, {}).items():
            change[cell] = change[cell].plus(amount)
        for cell, amount in told.get(each, {}).items():
            change[cell] = change[cell].plus(amount.negative)
    known = _change(context.session, widened(change, tree))
    context.session.execute(delete(TallyPart).where(TallyPart.subject_id.in_(other)))
    parts = [
        {"subject_id": each, "tally_id": known[cell], **amount._asdict()}
        for each in other
        for cell, amount in found.get(each, {}).items()
    ]
    _write(context.session, insert(PART), parts)
    context.session.execute(delete(TALLY).where(TALLY.c.runs == 0, TALLY.c.id.in_(known.values())))


def _told(session: Session, ids: Collection[int]) -> dict[int, Added]:
    found: dict[int, Added] = defaultdict(dict)
    query = select(PART.c.subject_id, *GIVEN, *CELL).join(TALLY, PART.c.tally_id == TALLY.c.id)
    for subject, runs, seconds, extended, *cell in session.execute(query.where(PART.c.subject_id.in_(ids))):
        found[subject][Cell(*cell)] = Amount(runs, seconds, extended)
    return found


def _change(session: Session, change: Mapping[Cell, Amount]) -> dict[Cell, int]:
    """Write it to the cells, and give their ids."""
    by_text = {cell.text: cell for cell in change}
    rows = session.execute(select(TALLY.c.cell, TALLY.c.id).where(TALLY.c.cell.in_(by_text)))
    known = {by_text[text]: key for text, key in rows}
    fresh = [cell for cell in change if cell not in known]
    more = [{"key": known[cell], **_named(amount)} for cell, amount in change.items() if cell in known and any(amount)]
    sums = {column.key: column + bindparam(f"more_{column.key}") for column in ADDED}
    _write(session, update(TALLY).where(TALLY.c.id == bindparam("key")).values(sums), more)
    if fresh:
        made = insert(TALLY).returning(TALLY.c.cell, TALLY.c.id)
        values = [{"cell": cell.text, **cell._asdict(), **change[cell]._asdict()} for cell in fresh]
        known |= {by_text[text]: key for text, key in session.execute(made, values)}
    return known


def _named(amount: Amount) -> dict[str, int]:
    return {f"more_{name}": value for name, value in amount._asdict().items()}


def _write(session: Session, statement: Any, rows: Iterable[dict[str, Any]]) -> None:
    if written := list(rows):
        session.connection().execute(statement, written)
