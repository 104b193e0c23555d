"""What a draft must be asked: what becomes of the open cases of each flow that changed, and what is proposed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.language.definition import Flow, Routine
from app.telling.difference import compare
from app.workflow import migrating
from model import Subject

STAY = "stay"
MOVE = "move"
Standing = Mapping[str, Mapping[str, int]]
"""Flow -> state -> number of open cases; parts that are done inside open cases count, too: they move as well."""


def standing(session: Session) -> Standing:
    """Count open cases, and the parts of open cases, by flow and state."""
    found: dict[str, dict[str, int]] = {}
    query = select(Subject.flow, Subject.state, func.count()).where(Subject.finished.is_(False))
    for flow, state, count in session.execute(query.group_by(Subject.flow, Subject.state)):
        found.setdefault(flow, {})[state] = count
    return found


def asked(old: Routine, new: Routine, open_cases: Standing) -> Iterator[str]:
    """Flows of whose open cases the draft must say what becomes of them: they changed, and there are some."""
    changed = compare(old, new).changed_flows
    for root in migrating.roots(old):
        family = migrating.family(old, root)
        if any(flow in changed for flow in family) and any(open_cases.get(flow) for flow in family):
            yield root


def moves(new: Routine, roots: Iterable[str]) -> dict[str, migrating.Mapped]:
    """Mappings of the families that move, or that nothing is said of yet: then by name, to show what would come."""
    found: dict[str, migrating.Mapped] = {}
    for root in roots:
        said = migrating.answer(new, root)
        if said != STAY:
            found[root] = {} if said is None or isinstance(said, str) else said
    return found


def questions(
    old: Routine, new: Routine, open_cases: Standing, came_from: Mapping[tuple[str, str], Counter[str]]
) -> list[dict[str, Any]]:
    """Give each flow's question (`state` empty) and one for each state that is gone, with answer and proposal.

    `came_from` counts, by flow and state, where the cases standing there came from.
    """
    found: list[dict[str, Any]] = []
    for root in asked(old, new, open_cases):
        said = migrating.answer(new, root)
        answer = "" if said is None else STAY if said == STAY else MOVE
        count = sum(open_cases.get(root, {}).values())
        found.append({"family": root, "flow": root, "state": "", "count": count, "proposal": MOVE, "answer": answer})
        mapped = said if isinstance(said, Mapping) else {}
        for flow in migrating.family(old, root):
            gone = _gone(new, flow, open_cases.get(flow, {}), mapped.get(flow, {}), came_from)
            found.extend({"family": root, "flow": flow, **each} for each in gone)
    return found


def _gone(
    new: Routine,
    flow: str,
    states: Mapping[str, int],
    mapped: Mapping[str, str],
    came_from: Mapping[tuple[str, str], Counter[str]],
) -> Iterator[dict[str, Any]]:
    kept = new.flows[flow].states if flow in new.flows else {}
    for state, count in states.items():
        if state not in kept:
            former = (name for name, _ in came_from.get((flow, state), Counter()).most_common() if name in kept)
            proposal = mapped.get(state) or next(former, "") or _first(new.flows.get(flow))
            yield {"state": state, "count": count, "proposal": proposal, "answer": mapped.get(state, "")}


def _first(flow: Flow | None) -> str:
    """The state that a new case gets, as the last resort."""
    if flow is None:
        return ""
    creating = (t.to.state for t in flow.transitions.values() if t.creates)
    return next((state for state in creating if state in flow.states), "")
