from pathlib import Path

import pytest
import yaml

from app.language.data import load_data
from app.language.rows import Assignment, Calendar, Mail, Route, Span

FILES = Path(__file__).parent / "files"
DATA = (FILES / "data.yaml").read_text()
BROKEN = yaml.safe_load((FILES / "broken_data.yaml").read_text())


@pytest.fixture(scope="module")
def data():
    return load_data(DATA).data


def test_the_complete_data_has_no_faults(routine):
    assert load_data(DATA).faults == []
    assert load_data(DATA, routine=routine).faults == []


def test_units(data):
    north = data.units["north"]
    assert (north.under, north.kind, north.code) == ("top", "faculty", "64")
    assert north.contact == {"en": "Room 1"}
    assert north.parameters == {"patience": "3 working days"}


def test_a_text_written_once_is_the_same_in_every_language(data, routine):
    assert data.units["top"].label == {"nb": "Top", "nn": "Top", "en": "Top"}
    assert load_data(DATA, routine=routine).data.units["top"].label == {"en": "Top"}


def test_areas(data):
    threat = data.areas["threat"]
    assert threat.door == {"en": "Call the guard."}
    assert (threat.door_url, threat.example["en"]) == ("https://example.org/guard", "Somebody shouts")


def test_people_and_assignments(data):
    ann, bob = data.people["ann"], data.people["bob"]
    assert (ann.name, ann.mail, ann.unit, ann.kind, ann.language) == ("Ann", "ann@example.org", "north", "staff", "nn")
    assert ann.away == (Span("2024-07-01", "2024-07-31"), Span("2024-12-24"))
    assert (bob.external, bob.unit) == (True, None)
    assert data.assignments[1] == Assignment("bob", "contact", "north", "hse", "2024-01-01", "2024-12-31", deputy=True)


def test_routing_keeps_what_is_written(data):
    assert data.routing == (
        Route({"area": "hse", "unit": ["north", "faculty"]}, {"who": "contact", "at": "within"}),
        Route(None, "contact"),
    )


def test_the_calendar(data):
    assert data.calendar == Calendar(
        "Europe/Oslo",
        ("saturday", "sunday"),
        ("2024-05-01", "2024-05-17"),
        (Span("2024-12-23", "2025-01-02"),),
        (Span("2024-07-01", "2024-07-31", {"en": "Slow"}),),
    )
    assert load_data("calendar: {holidays: SE}").data.calendar == Calendar(holidays="SE")
    assert load_data("units: {a: {label: A}}").data.calendar == Calendar()


def test_a_country_whose_holidays_nobody_knows_is_a_fault():
    loaded = load_data("calendar: {holidays: XX}", "d")
    assert loaded.data is None
    assert [str(fault) for fault in loaded.faults] == ['d:1:22: the holidays of "XX" are not known; list the days']


def test_mails(data):
    assert data.mails["receipt"] == Mail(
        "receipt", dict.fromkeys(("nb", "nn", "en"), "{number}"), {"en": "{link}"}, letter=True
    )


@pytest.mark.parametrize("row", BROKEN, ids=lambda row: row["new"][:60])
def test_broken_data_is_told_at_its_place(routine, row):
    assert DATA.count(row["old"]) == 1
    loaded = load_data(DATA.replace(row["old"], row["new"]), "d", routine)
    assert [str(fault) for fault in loaded.faults] == row["told"]
    assert loaded.data is None


def test_a_list_of_units_is_refused():
    assert [str(fault) for fault in load_data("units: [a]", "d").faults] == ["d:1:8: units is a map, not a list"]
    assert [str(fault) for fault in load_data("[a]", "d").faults] == ["d:1:1: data is a map, not a list"]
