"""People and their assignments from nodes."""

from collections.abc import Collection, Mapping

from app.language.address import in_ascii
from app.language.data_text import day, spans, too_early
from app.language.nouns import A_LANGUAGE, AREA, PERSON, ROLE, UNIT, of
from app.language.read import Node
from app.language.reading import LANGUAGE, Reading, no_language
from app.language.rows import Assignment, Person
from app.language.said import quoted, said

AN_ADDRESS = said("a mail address")
AN_ASSIGNMENT = said("an assignment")
PERSON_WORDS = ("name", "mail", "unit", "kind", "language", "away", "external")
ASSIGNMENT_WORDS = ("person", "role", "unit", "area", "from", "until", "deputy")


def people(reading: Reading, node: Node | None, units: Collection[str]) -> dict[str, Person]:
    """People by the name other rows use; faults go to the reading."""
    return {name: _person(reading, key, value, units) for name, key, value in reading.named(node, PERSON)}


def _person(reading: Reading, key: Node, node: Node, units: Collection[str]) -> Person:
    what = said('person "%(name)s"', name=key.text)
    found = reading.words(node, what, PERSON_WORDS, ("name", "mail"), key=key)
    return Person(
        key=key.text,
        name=reading.scalar(found["name"], of("name", what)) if "name" in found else "",
        mail=_mail(reading, found["mail"]) if "mail" in found else "",
        unit=reading.known(found["unit"], UNIT, units) if "unit" in found else None,
        kind=reading.scalar(found["kind"], of("kind", what)) if "kind" in found else "",
        language=_language(reading, found["language"]) if "language" in found else "",
        away=spans(reading, found.get("away"), quoted("away")),
        external=reading.flag(found["external"], "external") if "external" in found else False,
    )


def _mail(reading: Reading, node: Node) -> str:
    address = reading.scalar(node, AN_ADDRESS)
    if address and in_ascii(address) is None:
        reading.wrong(node, said('"%(address)s" is no mail address', address=address))
    return address


def _language(reading: Reading, node: Node) -> str:
    code = reading.scalar(node, A_LANGUAGE)
    if code and not LANGUAGE.fullmatch(code):
        reading.wrong(node, no_language(code))
    return code


def assignments(reading: Reading, node: Node | None, named: Mapping[str, Collection[str]]) -> tuple[Assignment, ...]:
    """Who holds which role where; `named` has the names of units, areas, roles and people."""
    if node is None or not reading.shaped(node, quoted("assignments"), "list"):
        return ()
    return tuple(_assignment(reading, item, named) for item in node.items)


def _assignment(reading: Reading, node: Node, named: Mapping[str, Collection[str]]) -> Assignment:
    found = reading.words(node, AN_ASSIGNMENT, ASSIGNMENT_WORDS, ("person", "role", "unit"))
    since, until = day(reading, found.get("from")), day(reading, found.get("until"))
    if until and until < since:
        reading.wrong(found["until"], too_early(until, since))
    return Assignment(
        person=reading.known(found["person"], PERSON, named["people"]) if "person" in found else "",
        role=reading.known(found["role"], ROLE, named["roles"]) if "role" in found else "",
        unit=reading.known(found["unit"], UNIT, named["units"]) if "unit" in found else "",
        area=reading.known(found["area"], AREA, named["areas"]) if "area" in found else None,
        since=since,
        until=until,
        deputy=reading.flag(found["deputy"], "deputy") if "deputy" in found else False,
    )
