from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, update

from app.change.exporting import export_data
from app.change.importing import import_data
from app.language.data import load_data
from model import Area, Assignment, Case, ConfigurationVersion, Person, Role, RoutingRow, Unit, WorkflowEdition
from tests.setup.conftest import NTNU, ROOT

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
ROUTINES = sorted((ROOT / "routines").glob("*/data.yaml"))


def count(session, table):
    return session.scalar(select(func.count()).select_from(table))


def named(session, table, name):
    return session.scalar(select(table).where(table.name == name))


def read(text):
    loaded = load_data(text)
    assert loaded.data is not None, loaded.faults
    return loaded.data


def without_students(data):
    held = {each.person for each in data.assignments}
    people = {key: person for key, person in data.people.items() if not person.kind or key in held}
    return replace(data, people=people)


def test_departments_lie_under_their_faculty(filled):
    idi = named(filled, Unit, "idi")
    assert (idi.code, idi.kind, idi.parent.name, idi.parent.parent.name) == ("IDI", "department", "ie", "ntnu")


def test_every_faculty_has_a_quality_contact_an_hse_coordinator_and_a_dean(filled):
    faculties = set(filled.scalars(select(Unit.name).where(Unit.kind == "faculty")))
    for role in ("quality_contact", "hse_coordinator", "dean"):
        query = select(Unit.name).join(Assignment.unit).join(Assignment.role)
        assert set(filled.scalars(query.where(Role.name == role))) == faculties


def test_reading_the_file_twice_changes_nothing(filled, ntnu):
    version = filled.scalar(select(ConfigurationVersion.version))
    import_data(filled, ntnu)
    filled.commit()
    assert filled.scalar(select(ConfigurationVersion.version)) == version


def test_what_is_exported_reads_back_as_what_was_imported(filled, ntnu):
    assert read(export_data(filled)) == without_students(ntnu)


@pytest.mark.parametrize("file", ROUTINES, ids=lambda file: file.parent.name)
def test_export_of_what_was_exported_is_the_same(session, file):
    import_data(session, read(file.read_bytes()))
    first = export_data(session)
    import_data(session, read(first), replace=True)
    assert export_data(session) == first


def test_dates_absences_areas_and_notices_survive(session):
    text = """
units: {top: {label: {nb: Topp, nn: Topp, en: Top}, kind: university}}
areas: {noise: {label: {nb: Støy, nn: Støy, en: Noise}}}
roles: {boss: {label: {nb: Sjef, nn: Sjef, en: Boss}}}
people:
  eva:
    {name: Leder, mail: eva@top.example, unit: top, away: [{from: 2026-12-01, until: 2026-12-05}, {from: 2027-01-01}]}
  guest: {name: Ekstern, mail: guest@top.example, external: true}
assignments:
  - {person: eva, role: boss, unit: top, area: noise, from: 2026-01-01, until: 2026-12-31, deputy: true}
routing: [{to: boss}]
calendar:
  timezone: Europe/Oslo
  weekend: [friday]
  holidays: [2026-05-17]
  notices: [{from: 2026-07-01, until: 2026-08-01, text: {nb: Ferie, nn: Ferie, en: Holiday}}]
mails:
  paper:
    letter: true
    subject: {nb: "Sak: {number}", nn: Sak, en: Case}
    body: {nb: "En\\n\\nto", nn: "# nei", en: "no"}
"""
    import_data(session, read(text))
    session.commit()
    held = session.scalar(select(Assignment))
    assert (held.area.name, held.starts_on, held.ends_on, held.deputy) == (
        "noise",
        date(2026, 1, 1),
        date(2026, 12, 31),
        True,
    )
    assert read(export_data(session)) == read(text)


def test_guests_and_those_who_only_report_are_not_exported(filled):
    filled.add(Person(name="visitor", label="Visitor", mail="someone@home.example", guest=True))
    filled.flush()
    text = export_data(filled)
    assert "someone@home.example" not in text
    assert "student_idi" not in text


def test_rows_the_file_lacks_stay_unless_told_otherwise(filled, ntnu):
    smaller = replace(
        ntnu,
        units={name: unit for name, unit in ntnu.units.items() if name != "idi"},
        people={name: each for name, each in ntnu.people.items() if each.unit != "idi"},
        assignments=tuple(each for each in ntnu.assignments if each.unit != "idi"),
    )
    import_data(filled, smaller)
    assert named(filled, Unit, "idi")
    import_data(filled, smaller, replace=True)
    filled.commit()
    assert named(filled, Unit, "idi") is None
    assert named(filled, Person, "head_idi") is None
    assert named(filled, Unit, "ie")
    assert count(filled, Person) == len(smaller.people)


def test_a_unit_with_cases_and_the_function_that_has_one_are_never_removed(filled, ntnu):
    filled.add(WorkflowEdition(id=1, number=1, text="", sha256="", published_at=NOW))
    idi, head = named(filled, Unit, "idi"), named(filled, Person, "head_idi")
    filled.flush()
    moved = {"edition_id": 1, "state": "received", "submitted_at": NOW, "changed_at": NOW, "flow": "case"}
    filled.add(Case(number="1", unit=idi, handler=f"@{head.id}", **moved))
    filled.commit()
    nothing = replace(
        ntnu,
        units={"ntnu": ntnu.units["ntnu"]},
        people={"desk": ntnu.people["desk"]},
        assignments=(),
    )
    import_data(filled, nothing, replace=True)
    filled.commit()
    assert set(filled.scalars(select(Unit.name))) == {"ntnu", "ie", "idi"}
    assert set(filled.scalars(select(Person.name))) == {"desk", "head_idi"}


def test_a_new_end_date_changes_the_assignment_instead_of_adding_one(filled, ntnu):
    before = count(filled, Assignment)
    first, *others = ntnu.assignments
    import_data(filled, replace(ntnu, assignments=(replace(first, until="2026-12-31"), *others)))
    assert count(filled, Assignment) == before
    assert filled.scalars(select(Assignment.ends_on).where(Assignment.ends_on.is_not(None))).all() == [
        date(2026, 12, 31)
    ]


def test_the_files_routing_replaces_the_one_there(filled, ntnu):
    import_data(filled, replace(ntnu, routing=ntnu.routing[1:]))
    rows = filled.scalars(select(RoutingRow)).all()
    assert [(row.position, row.condition, row.receiver) for row in rows] == [
        (1, None, {"first": ["quality_contact", "intake"]})
    ]


def test_an_admins_change_is_undone_by_an_import_and_seen_by_every_process(filled, ntnu):
    filled.execute(update(Area).where(Area.name == "hse").values(label={"nb": "Noe annet"}))
    filled.commit()
    version = filled.scalar(select(ConfigurationVersion.version))
    import_data(filled, ntnu)
    filled.commit()
    assert named(filled, Area, "hse").label == dict(ntnu.areas["hse"].label)
    assert filled.scalar(select(ConfigurationVersion.version)) > version


def test_the_file_has_no_person_and_no_deliverable_address():
    data = read(NTNU.read_bytes())
    assert all(person.mail.endswith(".example") for person in data.people.values())
