"""data.yaml to `Data`: units, areas, roles, people, assignments, routing, calendar and mails."""

from dataclasses import dataclass, field, replace

from app.language.data_people import assignments, people
from app.language.data_places import areas, roles, units
from app.language.data_rest import calendar, mails, routing
from app.language.definition import Routine
from app.language.fault import Fault
from app.language.names import Names, names_of
from app.language.openness import open_names
from app.language.read import Node, read
from app.language.reading import Reading
from app.language.rows import Calendar, Data
from app.language.said import said

__all__ = ["Data", "LoadedData", "load_data"]

DATA = said("data")
FILE_WORDS = ("units", "areas", "roles", "people", "assignments", "routing", "calendar", "mails")


@dataclass(frozen=True, slots=True)
class LoadedData:
    """The rows, unless there are errors, and every fault in the file's order."""

    data: Data | None
    faults: list[Fault] = field(default_factory=list)

    @property
    def errors(self) -> list[Fault]:
        """Faults that keep the file from being used."""
        return [fault for fault in self.faults if not fault.warning]


def load_data(text: str | bytes, file: str = "data.yaml", routine: Routine | None = None) -> LoadedData:
    """Rows written in the file; with `routine`, its names are checked as well. Never raises."""
    root, faults = read(text, file)
    if root is None:
        return LoadedData(None, sorted(faults))
    languages = routine.languages if routine else ()
    reading = Reading(file, _names(root, routine), languages, faults)
    data = _data(reading, root, routine) if reading.shaped(root, DATA, "map") else None
    return LoadedData(None if reading.broken else data, sorted(set(reading.faults)))


def _names(root: Node, routine: Routine | None) -> Names:
    unit_rows = root.get("units")
    kinds = {value.at("kind").text for _, value in unit_rows.names() if value.get("kind")} if unit_rows else set()
    names = names_of(routine) if routine else open_names(None, (), ())
    return replace(names, areas=_keys(root, "areas"), units=_keys(root, "units") | kinds)


def _keys(root: Node, section: str) -> frozenset[str]:
    rows = root.get(section)
    return frozenset(name for name, _ in rows.names()) if rows else frozenset()


def _data(reading: Reading, root: Node, routine: Routine | None) -> Data:
    found = reading.words(root, DATA, FILE_WORDS)
    named = {section: _keys(root, section) for section in ("units", "areas", "roles", "people")}
    for role in routine.roles if routine else ():
        if role not in named["roles"]:
            reading.wrong(
                root.where("roles"), said('role "%(name)s" of the routine has no row under "roles"', name=role)
            )
    return Data(
        units=units(reading, found.get("units"), routine),
        areas=areas(reading, found.get("areas")),
        roles=roles(reading, found.get("roles")),
        people=people(reading, found.get("people"), named["units"]),
        assignments=assignments(reading, found.get("assignments"), named),
        routing=routing(reading, found.get("routing"), closed=routine is not None),
        calendar=calendar(reading, found["calendar"]) if "calendar" in found else Calendar(),
        mails=mails(reading, found.get("mails"), routine),
    )
