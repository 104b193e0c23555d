"""Units, areas and roles from nodes."""

from collections.abc import Mapping

from app.language.data_text import text
from app.language.definition import Routine
from app.language.fault import meant, nearest
from app.language.grammar import choice
from app.language.nouns import AREA, ROLE, UNIT, of, role_named, value_of
from app.language.read import Node
from app.language.reading import NAME, Reading
from app.language.rows import Area, Role, Unit
from app.language.said import listed, said
from app.language.times import length, no_length

THE_UNIT_ABOVE = said("the unit above")
A_KIND = said("kind of a unit")
A_CODE = said("code of a unit")
AN_ADDRESS = said("an address")
UNIT_WORDS = ("label", "under", "kind", "code", "contact")
AREA_WORDS = ("label", "help", "example", "door", "door_url")


def units(reading: Reading, node: Node | None, routine: Routine | None) -> dict[str, Unit]:
    """Units by name; faults go to the reading."""
    own = {name for name, field in routine.fields.items() if field.of_unit} if routine else None
    rows = {name: _unit(reading, key, value, own) for name, key, value in reading.named(node, UNIT)}
    if node is not None:
        _under(reading, node, rows)
    return rows


def _unit(reading: Reading, key: Node, node: Node, own: set[str] | None) -> Unit:
    what = said('unit "%(name)s"', name=key.text)
    extra = _parameters(node, own)
    found = reading.words(node, what, (*UNIT_WORDS, *extra), ("label",), key=key)
    values = {name: found[name] for name in extra if name in found}
    return Unit(
        name=key.text,
        label=text(reading, found.get("label"), of("label", what)),
        under=reading.scalar(found["under"], THE_UNIT_ABOVE) if "under" in found else None,
        kind=reading.scalar(found["kind"], A_KIND) if "kind" in found else "",
        code=reading.scalar(found["code"], A_CODE) if "code" in found else "",
        contact=text(reading, found.get("contact"), of("contact", what)),
        parameters={name: _parameter(reading, name, value) for name, value in values.items()},
    )


def _parameters(node: Node, own: set[str] | None) -> list[str]:
    """Keys that are fields `of: unit`; without the routine any name that isn't a misspelt word may be one."""
    if own is not None:
        return sorted(own)
    names = (name for name, _ in node.names() if NAME.fullmatch(name))
    return [name for name in names if not nearest(name, UNIT_WORDS)]


def _parameter(reading: Reading, name: str, node: Node) -> str:
    written = reading.scalar(node, value_of(name))
    if reading.names.fields[name].type == "length" and written and length(written) is None:
        reading.wrong(node, no_length(written))
    choice(reading, name, node)
    return written


def _under(reading: Reading, node: Node, rows: Mapping[str, Unit]) -> None:
    told: set[str] = set()
    for unit in rows.values():
        place = node.at(unit.name, "under")
        if unit.under and unit.under not in rows:
            hint = meant(unit.under, rows)
            reading.wrong(place, said('unknown %(what)s "%(name)s"%(hint)s', what=UNIT, name=unit.under, hint=hint))
        chain = _chain(unit, rows)
        if chain and not told & set(chain):
            told |= set(chain)
            names = listed(sorted(chain))
            reading.wrong(place, said("a ring of units: %(names)s; one of them must be the highest", names=names))


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
    return {name: _area(reading, key, value) for name, key, value in reading.named(node, AREA)}


def _area(reading: Reading, key: Node, node: Node) -> Area:
    what = said('area "%(name)s"', name=key.text)
    found = reading.words(node, what, AREA_WORDS, ("label",), key=key)
    url = reading.scalar(found["door_url"], AN_ADDRESS) if "door_url" in found else ""
    if url and not url.startswith(("https://", "http://")):
        reading.wrong(found["door_url"], said('"%(address)s" is no address; it begins with https://', address=url))
    texts = {word: text(reading, found.get(word), of(word, what)) for word in AREA_WORDS if word != "door_url"}
    return Area(key.text, **texts, door_url=url)


def roles(reading: Reading, node: Node | None) -> dict[str, Role]:
    """Roles by name; faults go to the reading."""
    found = {}
    for name, key, value in reading.named(node, ROLE):
        what = role_named(name)
        row = reading.words(value, what, ("label",), ("label",), key=key)
        found[name] = Role(name, text(reading, row.get("label"), of("label", what)))
    return found
