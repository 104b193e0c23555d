"""What becomes of files with a scanner: which are scanned first, which rest, and what is done with a verdict."""

from datetime import timedelta

import pytest
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

import config
from app.workflow import viruses
from app.workflow.uploads import Upload
from model import CLEAN, INFECTED, PENDING, UNSCANNED, OutgoingMail, Person, StoredFile

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [papers], assign: desk}
      close: {label: Close, from: open, to: shut, by: desk}
fields:
  papers: {type: file, many: true, label: Papers}
"""


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def files(town, *statuses):
    """A case with a file of each status."""
    case = town.report(papers=[Upload(f"{number}.txt", b"x") for number in range(len(statuses))])
    rows = town.session.scalars(
        select(StoredFile).where(StoredFile.subject_id == case.id).order_by(StoredFile.id)
    ).all()
    for row, status in zip(rows, statuses, strict=True):
        row.status = status
    town.session.flush()
    return rows


def test_a_file_waits_where_there_is_a_scanner(monkeypatch):
    assert (viruses.scanner(), viruses.first_status()) == ("", UNSCANNED)
    monkeypatch.setattr(config, "CLAMD_URL", "tcp://127.0.0.1:3310", raising=False)
    assert (viruses.scanner(), viruses.first_status()) == ("tcp://127.0.0.1:3310", PENDING)


def test_an_app_has_its_own_scanner(small_house):
    with small_house.app_context():
        small_house.config["CLAMD_URL"] = "tcp://its.own"
        assert viruses.scanner() == "tcp://its.own"
        del small_house.config["CLAMD_URL"]
        assert viruses.scanner() == ""


def test_those_that_nobody_can_have_come_first(town):
    old, clean, new, sick, other = files(town, UNSCANNED, CLEAN, PENDING, INFECTED, PENDING)
    assert viruses.due(town.session, town.now, 10) == [new.id, other.id, old.id]
    assert viruses.due(town.session, town.now, 1) == [new.id]
    del clean, sick


def test_what_the_scanner_failed_rests_for_a_minute(town):
    one, other, clean = files(town, PENDING, UNSCANNED, CLEAN)
    viruses.put_off(town.session, town.now, one.id)
    assert viruses.due(town.session, town.now, 10) == [other.id]
    assert viruses.due(town.session, town.now + timedelta(seconds=59), 10) == [other.id]
    assert viruses.due(town.session, town.now + timedelta(minutes=1), 10) == [one.id, other.id]
    viruses.put_off(town.session, town.now)
    assert viruses.due(town.session, town.now, 10) == []
    town.session.refresh(clean)
    assert clean.tried_at is None, "what is judged isn't put off"


def test_what_waits_is_counted_with_the_oldest_and_those_that_failed(town):
    assert viruses.waiting(town.session) == (0, None, 0)
    one, other, _ = files(town, PENDING, PENDING, UNSCANNED)
    other.at = town.now - timedelta(days=1)
    one.tried_at = town.now
    town.session.flush()
    found = viruses.waiting(town.session)
    assert (found.number, found.oldest, found.failed) == (2, town.now - timedelta(days=1), 1)


def test_a_clean_file_is_kept_and_an_infected_one_erased_and_told(town):
    given = {"username": "a", "email": "a@town.example", "active": True, "roles": [Role(name="Admin")]}
    user = User(first_name="A", last_name="Admin", password="x", **given)
    town.session.add(Person(name="admin", label="Admin", mail="a@town.example", language="en", user=user))
    one, other = files(town, PENDING, PENDING)
    one.tried_at = other.tried_at = town.now
    viruses.judge(town.session, one.id, "", town.now)
    assert (one.status, one.content, one.tried_at) == (CLEAN, b"x", None)
    assert town.session.scalars(select(OutgoingMail)).all() == []
    viruses.judge(town.session, other.id, "Eicar", town.now)
    assert (other.status, other.content, other.tried_at) == (INFECTED, b"", None)
    [mail] = town.session.scalars(select(OutgoingMail))
    assert (mail.name, mail.address) == ("infected_file", "a@town.example")
    assert mail.event_key == f"file:{other.id}:{other.subject_id}"
    assert "Eicar" not in mail.body
    viruses.judge(town.session, 999, "Eicar", town.now)
