"""Conditions as predicates; one that is unknown for a row doesn't hold for it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import and_, exists, false, or_, select, true

from app.language import trees
from app.language.conditions import ALWAYS, All, Always, AnyOf, Condition, Done, Has, Is, Named, Not, Parts, Whole
from app.language.definition import Field, Routine
from app.routing.organisation import Organisation
from app.scope.row import Predicate, Row, Undecidable, below, isnt
from model import Subject


def meeting(condition: Condition, routine: Routine, organisation: Organisation) -> Predicate:
    """Predicate on Subject: rows that meet the condition, whichever flow is theirs; none where rows can't tell."""
    if condition == ALWAYS:
        return true()
    try:
        flows = [(f.name, decide(condition, Row(routine, f, Subject), organisation)) for f in routine.flows.values()]
    except Undecidable:
        return false()
    return or_(false(), *(and_(Subject.flow == name, met) for name, met in flows))


def decide(condition: Condition, row: Row, organisation: Organisation) -> Predicate:
    """Give the predicate. Raises Undecidable for what hangs on the moment, such as a clock."""
    match condition:
        case Always():
            return true()
        case All(of) | AnyOf(of):
            met = [decide(each, row, organisation) for each in of]
            return and_(true(), *met) if isinstance(condition, All) else or_(false(), *met)
        case Not(of):
            return isnt(decide(of, row, organisation))
        case Named(guard):
            return decide(row.routine.guards[guard].needs, row, organisation)
        case Parts(how, flow, of):
            return _parts(how, flow, of, row, organisation)
        case Whole(of):
            return _whole(of, row, organisation)
    return _of_answers(condition, row, organisation)


def _of_answers(condition: Condition, row: Row, organisation: Organisation) -> Predicate:
    match condition:
        case Is(field, names):
            return _is(field, names, row, organisation)
        case Has(field, "ticked"):
            return row.ticked(field)
        case Has(field, how):
            return _has(field, how, row, organisation)
        case Done(transition, since):
            return _done(transition, since, row)
    raise Undecidable(type(condition).__name__)


def _is(field: str, names: frozenset[str], row: Row, organisation: Organisation) -> Predicate:
    if field == "state" and "final" in names:
        return or_(row.table.finished, row.holds_one(field, set(names)))
    if field == "area":
        return row.holds_one(field, {str(a.id) for a in organisation.areas.values() if a.name in names})
    declared = row.declared(field)
    if declared is not None and declared.of_unit:
        return _at_units_with(declared, lambda value: value in trees.spread(declared, names), row, organisation)
    if declared is None or declared.type != "unit":
        return row.holds_one(field, set(trees.spread(declared, names)))
    under = [
        unit
        for unit in organisation.units.values()
        if any(
            u.name in names or u.kind in names for u in map(organisation.units.__getitem__, organisation.line(unit.id))
        )
    ]
    return row.holds_one(field, {str(unit.id) if field == "unit" else unit.name for unit in under})


def _has(field: str, how: str, row: Row, organisation: Organisation) -> Predicate:
    declared = row.declared(field)
    if declared is not None and declared.of_unit:
        there = _at_units_with(declared, bool, row, organisation)
    else:
        there = row.filled(field)
    return there if how == "filled" else isnt(there)


def _at_units_with(field: Field, fits: Callable[[str], bool], row: Row, organisation: Organisation) -> Predicate:
    """Rows of the units whose value for a field `of: unit` fits; those without a unit have the highest ones'."""
    units = {str(unit) for unit in organisation.units if fits(str(organisation.value_of(field, unit) or ""))}
    there = row.holds_one("unit", units)
    return or_(there, isnt(row.filled("unit"))) if fits(str(organisation.value_of(field, None) or "")) else there


def _done(transition: str, since: str | None, row: Row) -> Predicate:
    at = row.table.done[transition, "at"].as_integer()
    if since is None:
        return at.is_not(None)
    before = row.table.done[since, "at"].as_integer()
    return and_(at.is_not(None), or_(before.is_(None), at > before))


def _parts(how: str, flow: str, of: Condition, row: Row, organisation: Organisation) -> Predicate:
    if flow not in row.routine.flows:
        return _joined(how, flow, of, row, organisation)
    part = below(row.table, Subject, "part")
    met = decide(of, Row(row.routine, row.routine.flows[flow], part), organisation)
    those = select(part.id).where(part.whole_id == row.table.id, part.flow == flow)
    return isnt(exists(those.where(isnt(met)))) if how == "every" else exists(those.where(met))


def _joined(how: str, field: str, of: Condition, row: Row, organisation: Organisation) -> Predicate:
    """Whether it holds for every, or for some, case in a `case` field."""
    if how == "every":
        return isnt(exists(row.joined(field, lambda other: isnt(decide(of, other, organisation)))))
    return exists(row.joined(field, lambda other: decide(of, other, organisation)))


def _whole(of: Condition, row: Row, organisation: Organisation) -> Predicate:
    return exists(row.above(lambda whole: decide(of, whole, organisation)))
