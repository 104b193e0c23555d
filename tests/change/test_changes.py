from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from app.change import changes as changing
from app.change import history
from app.change.changes import CannotApply, Change
from model import Area, Assignment, ConfigurationEntry, MailText, Person, Role, Unit
from tests.house import session_of

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
TEXT = {"nb": "A", "nn": "A", "en": "A"}


@pytest.fixture
def session(house):
    with session_of(house) as session:
        yield session
        session.rollback()


def row(session, table, name):
    return session.scalar(select(table).where(table.name == name))


def test_what_a_row_says_can_be_said_again_and_changes_nothing(session):
    before = history.snapshot(session)
    changing.apply(session, [Change(table, key, "change", values) for (table, key), values in before.items()])
    assert history.snapshot(session) == before


def test_rows_that_refer_to_each_other_are_made_in_any_order(session):
    changes = [
        Change(
            "assignment", "new-1", "add", {"person": "eva", "role": "boss", "unit": "below", "starts_on": "2027-01-02"}
        ),
        Change("unit", "below", "add", {"label": TEXT, "parent": "above"}),
        Change("person", "new-2", "add", {"name": "eva", "label": "E", "mail": "e@x.example", "unit": "below"}),
        Change("role", "boss", "add", {"label": TEXT}),
        Change("unit", "above", "add", {"label": TEXT, "parent": "ie"}),
    ]
    changing.apply(session, changes)
    post = session.scalar(select(Assignment).join(Assignment.role).where(Role.name == "boss"))
    assert (post.person.name, post.unit.parent.name, post.unit.parent.parent.name) == ("eva", "above", "ie")
    assert post.starts_on == date(2027, 1, 2)


def test_what_refers_goes_before_what_it_refers_to(session):
    test_rows_that_refer_to_each_other_are_made_in_any_order(session)
    post = session.scalar(select(Assignment).join(Assignment.role).where(Role.name == "boss"))
    person = row(session, Person, "eva")
    gone = [("unit", "above"), ("unit", "below"), ("role", "boss"), ("person", person.id), ("assignment", post.id)]
    changing.apply(session, [Change(table, str(key), "remove") for table, key in gone])
    assert row(session, Unit, "above") is None
    assert row(session, Person, "eva") is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (Change("unit", "idi", "add", {"label": TEXT}), "exists"),
        (Change("unit", "nowhere", "change", {"code": "X"}), "gone"),
        (Change("unit", "nowhere", "remove"), "gone"),
        (Change("unit", "idi", "change", {"parent": "nowhere"}), "unknown"),
        (Change("unit", "ie", "remove"), "in use"),
        (Change("role", "dean", "remove"), "in use"),
        (Change("assignment", "new-1", "add", {"person": "nobody", "role": "dean", "unit": "ie"}), "unknown"),
        (Change("person", "999999999", "change", {"label": "X"}), "gone"),
    ],
)
def test_a_change_that_does_not_fit_says_why(session, change, reason):
    with pytest.raises(CannotApply) as fault:
        changing.apply(session, [change])
    assert fault.value.reason == reason
    assert fault.value.change == change


@pytest.mark.parametrize(
    ("change", "needed"),
    [
        (Change("routing", "1", "change", {"position": 7}), True),
        (Change("unit", "idi", "change", {"retired": True}), True),
        (Change("unit", "idi", "change", {"retired": False, "code": "X"}), False),
        (Change("role", "dean", "remove"), True),
        (Change("area", "hse", "change", {"position": 7}), False),
        (Change("mail", "receipt", "remove"), False),
        (Change("assignment", "1", "remove"), False),
    ],
)
def test_what_needs_the_draft(session, change, needed):
    assert changing.needs_draft(change, session) is needed


def test_each_change_is_journalled_with_what_it_was(session):
    person = row(session, Person, "desk")
    session.add(MailText(name="loose", subject=TEXT, body=TEXT))
    session.flush()
    changes = [
        Change("area", "hse", "change", {"position": 77, "label": row(session, Area, "hse").label}),
        Change("unit", "newest", "add", {"label": TEXT, "parent": "ie"}),
        Change("mail", "loose", "remove"),
        Change("person", str(person.id), "change", {"mail": "other@x.example", "away": [{"from": "2030-01-02"}]}),
    ]
    history.make(session, changes, person.id, NOW, "edition 3")
    entries = {entry.table: entry for entry in session.scalars(select(ConfigurationEntry))}
    assert {entry.reason for entry in entries.values()} == {"edition 3"}
    assert {entry.actor_id for entry in entries.values()} == {person.id}
    assert list(entries["area"].after) == ["position"]
    assert entries["area"].after["position"] == 77
    assert entries["unit"].before == {}
    assert (entries["unit"].key, entries["unit"].after["parent"]) == ("newest", "ie")
    assert entries["mail"].before["subject"] == TEXT
    assert entries["mail"].after == {}
    assert entries["person"].after == {"mail": "changed", "away": [{"from": "2030-01-02", "until": None}]}


def test_a_new_row_without_a_name_is_journalled_by_its_id(session):
    desk = row(session, Person, "desk")
    values = {"person": desk.id, "role": "dean", "unit": "ie", "deputy": True}
    history.make(session, [Change("assignment", "new-1", "add", values)], desk.id, NOW)
    entry = session.scalar(select(ConfigurationEntry))
    assert session.get(Assignment, int(entry.key)).role.name == "dean"


def test_whatever_is_done_to_the_rows_while_recording_is_journalled(session):
    with history.recording(session, None, NOW):
        row(session, Role, "dean").label = {"nb": "Annet"}
        session.delete(row(session, MailText, "receipt"))
    found = {(entry.table, entry.key, entry.operation) for entry in session.scalars(select(ConfigurationEntry))}
    assert found == {("role", "dean", "change"), ("mail", "receipt", "remove")}


def test_the_differences_of_two_states_make_the_one_the_other(session):
    before = history.snapshot(session)
    nested = session.begin_nested()
    test_rows_that_refer_to_each_other_are_made_in_any_order(session)
    row(session, Area, "hse").position = 99
    session.delete(row(session, MailText, "receipt"))
    session.flush()
    after = history.snapshot(session)
    found = history.differences(before, after)
    nested.rollback()
    session.expire_all()
    changing.apply(session, found)
    again = history.snapshot(session)
    assert {key for key in again if not key[1].isdigit()} == {key for key in after if not key[1].isdigit()}
    assert again["area", "hse"] == after["area", "hse"]
    post = session.scalar(select(Assignment).join(Assignment.role).where(Role.name == "boss"))
    assert post.person.name == "eva"
