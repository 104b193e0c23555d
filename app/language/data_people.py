"""People and their assignments from nodes."""

import re
from collections.abc import Collection, Mapping

from app.language.data_text import day, spans
from app.language.read import Node
from app.language.reading import LANGUAGE, Reading
from app.language.rows import Assignment, Person

PERSON_WORDS = ("name", "mail", "unit", "kind", "language", "away", "external")
ASSIGNMENT_WORDS = ("person", "role", "unit", "area", "from", "until", "deputy")
MAIL = re.compile(r"[^\s@,;<>\"()]{1,64}@[^\s@,;<>\"()]{1,189}")


def people(reading: Reading, node: Node | None, units: Collection[str]) -> dict[str, Person]:
    """People by the name other rows use; faults go to the reading."""
    return {name: _person(reading, key, value, units) for name, key, value in reading.named(node, "person")}


def _person(reading: Reading, key: Node, node: Node, units: Collection[str]) -> Person:
    what = f'person "{key.text}"'
    found = reading.words(node, what, PERSON_WORDS, ("name", "mail"), key=key)
    return Person(
        key=key.text,
        name=reading.scalar(found["name"], f"name of {what}") if "name" in found else "",
        mail=_mail(reading, found["mail"]) if "mail" in found else "",
        unit=reading.known(found["unit"], "unit", units) if "unit" in found else None,
        kind=reading.scalar(found["kind"], f"kind of {what}") if "kind" in found else "",
        language=_language(reading, found["language"]) if "language" in found else "",
        away=spans(reading, found.get("away"), '"away"'),
        external=reading.flag(found["external"], '"external"') if "external" in found else False,
    )


def _mail(reading: Reading, node: Node) -> str:
    address = reading.scalar(node, "a mail address")
    if address and not MAIL.fullmatch(address):
        reading.wrong(node, f'"{address}" is no mail address')
    return address


def _language(reading: Reading, node: Node) -> str:
    code = reading.scalar(node, "a language")
    if code and not LANGUAGE.fullmatch(code):
        reading.wrong(node, f'"{code}" is no language; languages are codes like nb, nn, en')
    return code


def assignments(reading: Reading, node: Node | None, named: Mapping[str, Collection[str]]) -> tuple[Assignment, ...]:
    """Who holds which role where; `named` has the names of units, areas, roles and people."""
    if node is None or not reading.shaped(node, '"assignments"', "list"):
        return ()
    return tuple(_assignment(reading, item, named) for item in node.items)


def _assignment(reading: Reading, node: Node, named: Mapping[str, Collection[str]]) -> Assignment:
    found = reading.words(node, "an assignment", ASSIGNMENT_WORDS, ("person", "role", "unit"))
    since, until = day(reading, found.get("from")), day(reading, found.get("until"))
    if until and until < since:
        reading.wrong(found["until"], f"{until} is before {since}")
    return Assignment(
        person=reading.known(found["person"], "person", named["people"]) if "person" in found else "",
        role=reading.known(found["role"], "role", named["roles"]) if "role" in found else "",
        unit=reading.known(found["unit"], "unit", named["units"]) if "unit" in found else "",
        area=reading.known(found["area"], "area", named["areas"]) if "area" in found else None,
        since=since,
        until=until,
        deputy=reading.flag(found["deputy"], '"deputy"') if "deputy" in found else False,
    )
