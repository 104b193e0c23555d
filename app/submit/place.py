"""The one question for a unit and a place in it (a room, a machine): what was typed, as the answers it stands for."""

import re
from dataclasses import dataclass

from app.i18n import say
from app.routing.organisation import Organisation, UnitCopy

CODE = re.compile(r"\b([A-ZÆØÅ]{1,8})[ -]?(\d{1,5}[A-Z]?)\b")
"""How a place is written: letters and a number."""
SEPARATORS = " \t,;:/()-\u2013\u2014"


@dataclass(frozen=True, slots=True)
class Place:
    """A unit's name and a place's code, either empty; `known` = all that was typed is understood."""

    unit: str = ""
    code: str = ""
    known: bool = True


def read(typed: str, organisation: Organisation, kind: str | None) -> Place:
    """Understand what was typed: a unit by code, name or label, a place, or both. `kind` = climb to that kind."""
    text = " ".join(typed.split())
    whole = _unit(text, organisation)
    if not text or whole is not None:
        return _at(whole, "", organisation, kind)
    code = CODE.search(text.upper())
    if code is None:
        return Place(known=False)
    rest = (text[: code.start()] + " " + text[code.end() :]).strip(SEPARATORS)
    unit = _unit(rest, organisation)
    if rest and unit is None:
        return Place(code=code[1] + code[2], known=False)
    return _at(unit, code[1] + code[2], organisation, kind)


def _unit(text: str, organisation: Organisation) -> UnitCopy | None:
    wanted = text.casefold()
    if not wanted:
        return None
    known = (unit for unit in organisation.units.values() if not unit.retired)
    return next((unit for unit in known if wanted in _names(unit)), None)


def _names(unit: UnitCopy) -> set[str]:
    names = (unit.name, unit.code, *unit.label.values())
    return {name.replace("\u00ad", "").casefold() for name in names if name}


def _at(unit: UnitCopy | None, code: str, organisation: Organisation, kind: str | None) -> Place:
    if unit is None:
        return Place(code=code)
    found = organisation.of_kind(unit.id, kind) if kind else unit.id
    if found is None or organisation.units[found].retired:
        return Place(code=code, known=False)
    return Place(organisation.units[found].name, code)


def options(organisation: Organisation, kind: str | None) -> list[tuple[str, str]]:
    """Give what the field proposes: (what is typed, what it means) for every unit that leads somewhere."""
    known = (unit for unit in organisation.units.values() if not unit.retired)
    units = (unit for unit in known if not kind or organisation.of_kind(unit.id, kind))
    return [(unit.code or unit.name, say(unit.label)) for unit in units]
