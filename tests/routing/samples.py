"""A small organisation made by hand: no database, and nobody's name."""

from datetime import date

from app.language.worktime import WorkTime
from app.routing.organisation import AreaCopy, Holding, Organisation, UnitCopy

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
