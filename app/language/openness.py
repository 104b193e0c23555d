"""Names where they are not known: a value from the database, or data checked without its routine."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from app.language.names import FieldNames, Names
from app.language.reading import NAME
from app.language.scope import Scope
from app.language.standard import EVERY_STANDARD


class Everything(frozenset[str]):
    """Holds every name: what the database keeps was checked when it was written."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(NAME.fullmatch(name))

    def __or__(self, other: Iterable[object]) -> "Everything":  # type: ignore[override]
        return self


class EveryField(dict[str, FieldNames]):
    """Has every field; nothing is known about those it wasn't given."""

    def __contains__(self, name: object) -> bool:
        return name in EVERYTHING

    def __missing__(self, name: str) -> FieldNames:
        return FieldNames("any")


EVERYTHING = Everything()


@dataclass(frozen=True, slots=True)
class OpenScope(Scope):
    """A scope in which every state, transition, clock and part exists."""

    def all(self, kind: str) -> frozenset[str]:  # noqa: ARG002
        """Every name, whatever the kind."""
        return EVERYTHING

    def whole(self) -> "OpenScope":
        """The same."""
        return self

    def joined(self) -> frozenset[str]:
        """Every name."""
        return EVERYTHING

    def part(self, name: str) -> "OpenScope":  # noqa: ARG002
        """The same, whatever the part."""
        return self


def open_names(roles: Collection[str] | None, people: Collection[str], parties: Collection[str]) -> Names:
    """Names that lack nothing; `roles` None = every word is one. `people` are person fields."""
    known = {name: FieldNames(field.type) for name, field in EVERY_STANDARD.items()}
    return Names(
        roles=EVERYTHING if roles is None else frozenset(roles),
        parties=frozenset(parties),
        guards=EVERYTHING,
        fields=EveryField(known | {name: FieldNames("person") for name in people}),
    )


def open_scope(names: Names) -> Scope:
    """A scope that goes with open names."""
    return OpenScope(names, ("anywhere",))
