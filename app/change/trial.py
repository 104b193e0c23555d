"""One trial: each case looked at twice, as it is and as it would be, by the functions that serve it every day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from app.change.copies import Copy, aside
from app.change.sides import After, Side, View, due_moved, moved, recounted
from app.workflow import carrying, migrating

OUTCOMES = ("stranded", "moved", "receiver", "options", "blocked", "clocks", "nothing")
"""What becomes of a case, the worst first; each case counts once."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What becomes of one open case; `detail` is as `model.DryRunCase` keeps it."""

    number: str
    unit_id: int | None
    outcome: str
    detail: Mapping[str, Any]
    already: bool = False


@dataclass
class Trial:
    """Today's configuration beside another one, and what the other says of the open cases of changed flows."""

    now: Side
    then: Side
    moves: Mapping[str, migrating.Mapped] = field(default_factory=dict)
    recount: bool = False
    history: Mapping[int, list[carrying.Moment]] = field(default_factory=dict)

    def consequence(self, case: Copy) -> Consequence:
        """Say what becomes of the case."""
        before = self.now.view(case)
        states = self.moves.get(case.flow)
        after = After(case) if states is None else moved(self.then, case, states, self.history)
        if self.recount and not after.lost:
            after.case = recounted(self.then, aside(case) if after.case is case else after.case)
        number, unit = case.number, case.unit_id
        if after.lost:
            why = ({"why": "no_state", "state": after.lost},)
            return Consequence(
                number, unit, "stranded", {"flow": case.flow, "state": [before.state, None], "stuck": why}
            )
        detail = self._compare(case, before, after)
        already = bool(before.stuck) or bool(case.orphaned)
        return Consequence(number, unit, _outcome(detail, already=already), detail, already)

    def _compare(self, case: Copy, before: View, after: After) -> dict[str, Any]:
        twin = after.case
        then = before if twin is case and self._same(case) else self.then.view(twin)
        detail: dict[str, Any] = {"flow": case.flow, "state": [before.state, then.state]}
        if then.stuck and not twin.finished:
            detail["stuck"] = list(then.stuck)
        if set(before.people) != set(then.people):
            detail["people"] = [list(before.people), list(then.people)]
            detail["seat"] = [before.handler, then.handler]
        elif before.state != then.state and not self._renamed(case, then.state):
            detail["keeps"] = then.handler
        if before.state == then.state or self._renamed(case, then.state):
            detail |= _options(before, then)
        detail["clocks"] = [[name, _iso(was), _iso(will)] for name, was, will in self._due(case, twin)]
        detail["mails"] = [list(each) for each in after.mails]
        return {name: value for name, value in detail.items() if value}

    @cached_property
    def _same_organisation(self) -> bool:
        organisation = self.now.context.organisation
        return replace(self.then.context.organisation, version=organisation.version) == organisation

    def _same(self, case: Copy) -> bool:
        """Whether both sides see the case alike: they would say the same of it."""
        return self._same_organisation and self.now.edition(case).id == self.then.edition(case).id

    def _renamed(self, case: Copy, state: str) -> bool:
        """Whether the state is the same one under another name: the edition it runs on has no such name."""
        flow = self.now.edition(case).routine.flows[case.flow]
        return state not in flow.states

    @staticmethod
    def _due(case: Copy, twin: Copy) -> Iterator[tuple[str, datetime | None, datetime | None]]:
        if twin is case:
            return
        for was, will in zip((case, *case.parts), (twin, *twin.parts), strict=True):
            if not was.runs_like(will):
                yield from due_moved(was.ends(), will.ends())


def _options(before: View, then: View) -> dict[str, Any]:
    """What can be done that couldn't, what no longer can, and which guards are newly in the way."""
    found: dict[str, Any] = {}
    if before.moves != then.moves:
        found["gained"] = [name for name in then.moves if name not in before.moves]
        found["lost"] = [name for name in before.moves if name not in then.moves]
    if before.blocked != then.blocked:
        known = {(move, guard) for move, guard, _ in before.blocked}
        found["blocked"] = sorted(each for each in then.blocked if each[:2] not in known and each[0] in before.moves)
    return found


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _outcome(detail: Mapping[str, Any], *, already: bool) -> str:
    states = detail["state"]
    if "stuck" in detail and not already:
        return "stranded"
    if states[0] != states[1]:
        return "moved"
    if "people" in detail:
        return "receiver"
    if "gained" in detail or "lost" in detail:
        return "options"
    return next((name for name in ("blocked", "clocks") if name in detail), "nothing")
