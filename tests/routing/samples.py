"""A small organisation and cases in it, made by hand: no database, and nobody's name."""

from datetime import UTC, date, datetime

from app.language.worktime import WorkTime
from app.routing.facts import CaseFacts, World
from app.routing.organisation import AreaCopy, Holding, Organisation, UnitCopy
from model import Case

TODAY = date(2026, 3, 2)
TOP, RED, LAB, BLUE, ANNEX = range(1, 6)
SAFETY, TEACHING = 1, 2
ANN, BEN, CAT, DAN, EVE = range(11, 16)


def unit(key, name, kind, above=None, **parameters):
    return UnitCopy(key, name, name.upper(), {"en": name.title()}, kind, above, parameters)


def area(key, name):
    return AreaCopy(key, name, {"en": name.title()}, {}, {}, {}, "")


def holding(person, role, at, covers=None, *, starts=None, ends=None, deputy=False, away=()):
    return Holding(person, f"p{person}", role, at, covers, starts, ends, deputy, tuple(away))


def organisation(*holdings, **others):
    units = [
        unit(TOP, "top", "top", wait="9 days"),
        unit(RED, "red", "faculty", TOP, wait="2 days", mark="red"),
        unit(LAB, "lab", "department", RED),
        unit(BLUE, "blue", "faculty", TOP),
        unit(ANNEX, "annex", "top"),
    ]
    return Organisation(
        version=1,
        units={each.id: each for each in units},
        areas={each.id: each for each in (area(SAFETY, "safety"), area(TEACHING, "teaching"))},
        roles={"contact": {"en": "Contact"}},
        holdings=tuple(holdings),
        rows=(),
        worktime=WorkTime("Europe/Oslo", ["saturday", "sunday"], "NO", []),
        **others,
    )


def subject(kind=Case, **row):
    """A row that is in no database."""
    given = {
        "flow": "case",
        "state": "open",
        "number": "2026-7",
        "round": 1,
        "handler": None,
        "answers": {},
        "done": {},
    }
    return kind(**{**given, "excluded": "", "title": "", "description": "", "language": "en", **row})


def facts(routine, place, row=None, *, now=datetime(2026, 3, 2, 8, tzinfo=UTC), answers=None, others=(), flow="case"):
    """What is known of the row; `others` are cases that it may join."""
    known = {}
    world = World(routine, place, now, {ANN: RED, BEN: BLUE}.get, str, str, known.get, lambda number, person: True)
    known.update({each.number: CaseFacts(world, each.flow, each) for each in others})
    return CaseFacts(world, row.flow if row is not None else flow, row, answers)
