"""Units, areas and roles from nodes."""

from collections.abc import Mapping

from app.language.data_text import text
from app.language.definition import Routine
from app.language.fault import listed, meant
from app.language.grammar import choice
from app.language.read import Node
from app.language.reading import NAME, Reading
from app.language.rows import Area, Role, Unit
from app.language.times import LENGTHS, length

UNIT_WORDS = ("label", "under", "kind", "code", "contact")
AREA_WORDS = ("label", "help", "example", "door", "door_url")


def units(reading: Reading, node: Node | None, routine: Routine | None) -> dict[str, Unit]:
    """Units by name; faults go to the reading."""
    own = {name for name, field in routine.fields.items() if field.of_unit} if routine else None
    rows = {name: _unit(reading, key, value, own) for name, key, value in reading.named(node, "unit")}
    if node is not None:
        _under(reading, node, rows)
    return rows


def _unit(reading: Reading, key: Node, node: Node, own: set[str] | None) -> Unit:
    what = f'unit "{key.text}"'
    extra = _parameters(node, own)
    found = reading.words(node, what, (*UNIT_WORDS, *extra), ("label",), key=key)
    values = {name: found[name] for name in extra if name in found}
    return Unit(
        name=key.text,
        label=text(reading, found.get("label"), f"label of {what}"),
        under=reading.scalar(found["under"], "the unit above") if "under" in found else None,
        kind=reading.scalar(found["kind"], "kind of a unit") if "kind" in found else "",
        code=reading.scalar(found["code"], "code of a unit") if "code" in found else "",
        contact=text(reading, found.get("contact"), f"contact of {what}"),
        parameters={name: _parameter(reading, name, value) for name, value in values.items()},
    )


def _parameters(node: Node, own: set[str] | None) -> list[str]:
    """Keys that are fields `of: unit`; without the routine any name that isn't a misspelt word may be one."""
    if own is not None:
        return sorted(own)
    names = (name for name, _ in node.names() if NAME.fullmatch(name))
    return [name for name in names if "Did you mean" not in meant(name, UNIT_WORDS)]


def _parameter(reading: Reading, name: str, node: Node) -> str:
    written = reading.scalar(node, f'value of "{name}"')
    if reading.names.fields[name].type == "length" and written and length(written) is None:
        reading.wrong(node, f'"{written}" is no length; {LENGTHS}')
    choice(reading, name, node)
    return written


def _under(reading: Reading, node: Node, rows: Mapping[str, Unit]) -> None:
    told: set[str] = set()
    for unit in rows.values():
        place = node.at(unit.name, "under")
        if unit.under and unit.under not in rows:
            reading.wrong(place, f'unknown unit "{unit.under}"{meant(unit.under, rows)}')
        chain = _chain(unit, rows)
        if chain and not told & set(chain):
            told |= set(chain)
            reading.wrong(place, f"a ring of units: {listed(sorted(chain))}; one of them must be the highest")


def _chain(unit: Unit, rows: Mapping[str, Unit]) -> list[str]:
    """The units from here up to here again, [] if the way up ends."""
    seen: list[str] = []
    here: Unit | None = unit
    while here and here.name not in seen:
        seen.append(here.name)
        here = rows.get(here.under or "")
    return seen if here and here.name == unit.name else []


def areas(reading: Reading, node: Node | None) -> dict[str, Area]:
    """Areas by name; faults go to the reading."""
    return {name: _area(reading, key, value) for name, key, value in reading.named(node, "area")}


def _area(reading: Reading, key: Node, node: Node) -> Area:
    what = f'area "{key.text}"'
    found = reading.words(node, what, AREA_WORDS, ("label",), key=key)
    url = reading.scalar(found["door_url"], "an address") if "door_url" in found else ""
    if url and not url.startswith(("https://", "http://")):
        reading.wrong(found["door_url"], f'"{url}" is no address; it begins with https://')
    texts = {word: text(reading, found.get(word), f"{word} of {what}") for word in AREA_WORDS if word != "door_url"}
    return Area(key.text, **texts, door_url=url)


def roles(reading: Reading, node: Node | None) -> dict[str, Role]:
    """Roles by name; faults go to the reading."""
    found = {}
    for name, key, value in reading.named(node, "role"):
        row = reading.words(value, f'role "{name}"', ("label",), ("label",), key=key)
        found[name] = Role(name, text(reading, row.get("label"), f'label of role "{name}"'))
    return found
