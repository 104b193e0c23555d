"""What a name means here: the flows a condition or party may be evaluated in."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.language.names import FlowNames, Names
from app.language.said import said


@dataclass(frozen=True, slots=True)
class Scope:
    """Names visible from some flows; a name is right if one of them has it."""

    names: Names
    flows: tuple[str, ...]

    def all(self, kind: str) -> frozenset[str]:
        """Union of the flows' `states`, `transitions` or `clocks`."""
        return frozenset(name for flow in self._flows() for name in getattr(flow, kind))

    def whole(self) -> "Scope":
        """Scope of the cases these flows live inside."""
        above = (name for flow in self._flows() for name in flow.part_of)
        return Scope(self.names, _once(above))

    def parts(self) -> tuple[str, ...]:
        """Flows that live inside these."""
        inside = (name for name, flow in self.names.flows.items() if set(flow.part_of) & set(self.flows))
        return _once(inside)

    def joined(self) -> frozenset[str]:
        """What `every`, `some` and `of` may name: parts and `case` fields."""
        return frozenset(self.parts()) | self.names.of_type("case")

    def part(self, name: str) -> "Scope":
        """Scope of that flow's parts; of a `case` field: of every case."""
        if name in self.names.flows:
            return Scope(self.names, (name,))
        return Scope(self.names, tuple(flow for flow, names in self.names.flows.items() if not names.part_of))

    @property
    def place(self) -> str:
        """`in flow "case"`, or nothing where every flow is meant."""
        return said(' in flow "%(flow)s"', flow=self.flows[0]) if len(self.flows) == 1 else ""

    def _flows(self) -> Iterable[FlowNames]:
        return (self.names.flows[name] for name in self.flows if name in self.names.flows)


def everywhere(names: Names) -> Scope:
    """Scope of what belongs to no flow: parties, fields, guards nobody names yet."""
    return Scope(names, tuple(names.flows))


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
