"""Files of a refused form: whose they are, how much is held, and for how long."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.workflow import pending
from app.workflow.unfit import GONE
from app.workflow.uploads import MOST_FILES, Upload, fault_of
from model import PendingFile

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PDF = b"%PDF-1.7\n"
ROUTINE = """
flows:
  case:
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, description], assign: desk}
      close: {label: Close, from: open, to: shut, by: desk}
"""


@pytest.fixture
def session(settle_on_both):
    return settle_on_both(ROUTINE).session


def hold(session, owner, *uploads, beside=(), now=NOW):
    return pending.hold(session, owner, "papers", uploads, beside=beside, now=now)


def test_what_is_held_is_there_for_its_owner_its_question_and_its_time_alone(session):
    (row,), without_room = hold(session, "kari", Upload("a/b.pdf", PDF))
    assert (row.name, row.content, without_room) == ("b.pdf", PDF, [])
    assert pending.held(session, "kari", "papers", [row.id], NOW) == [row]
    assert pending.held(session, "ola", "papers", [row.id], NOW) == []
    assert pending.held(session, "kari", "letter", [row.id], NOW) == []
    assert pending.held(session, "kari", "papers", [row.id], NOW + pending.LASTS) == []
    pending.drop(session, "ola", [row.id])
    assert session.scalar(select(func.count(PendingFile.id))) == 1
    pending.drop(session, "kari", [row.id])
    assert session.scalar(select(func.count(PendingFile.id))) == 0


def test_what_can_be_no_answer_is_not_held(session):
    assert hold(session, "kari", Upload("a.exe", b"MZ"), Upload("", b"", gone=True)) == ([], [])
    assert fault_of(Upload("a.pdf", PDF, gone=True)) == GONE


def test_the_files_of_an_older_form_make_room_and_those_of_this_one_stay(session, monkeypatch):
    monkeypatch.setattr(pending, "MOST_EACH", 3 * len(PDF))
    (old,), _ = hold(session, "kari", Upload("old.pdf", PDF))
    here, _ = hold(session, "kari", Upload("1.pdf", PDF), Upload("2.pdf", PDF))
    more, without_room = hold(session, "kari", Upload("3.pdf", PDF), Upload("4.pdf", PDF), beside=here)
    assert ([row.name for row in more], without_room) == (["3.pdf"], ["4.pdf"])
    assert pending.held(session, "kari", "papers", [old.id], NOW) == []
    assert len(pending.held(session, "kari", "papers", [row.id for row in (*here, *more)], NOW)) == 3


def test_nobody_holds_more_than_so_many_files_and_all_of_them_no_more_than_so_much(session, monkeypatch):
    rows, without_room = hold(session, "kari", *[Upload("a.pdf", PDF)] * (MOST_FILES + 1))
    assert (len(rows), without_room) == (MOST_FILES, ["a"])
    monkeypatch.setattr(pending, "MOST_ALL", (MOST_FILES + 1) * len(PDF))
    assert hold(session, "ola", *[Upload("b.pdf", PDF)] * 2)[1] == ["b.pdf"]


def test_what_nobody_came_back_for_is_swept_away(session):
    hold(session, "kari", Upload("a.pdf", PDF), now=NOW - pending.LASTS)
    hold(session, "kari", Upload("b.pdf", PDF), now=NOW - pending.LASTS + timedelta(seconds=1))
    assert pending.sweep(session, NOW) == 1
    assert session.scalars(select(PendingFile.name)).all() == ["b.pdf"]
    assert pending.sweep(session, NOW) == 0


def test_how_long_and_how_much_is_held():
    assert timedelta(hours=2) == pending.LASTS
    assert (pending.MOST_EACH, pending.MOST_ALL) == (40_000_000, 1_000_000_000)


def test_what_just_fits_is_held_and_one_byte_more_is_not(session, monkeypatch):
    monkeypatch.setattr(pending, "MOST_EACH", 2 * len(PDF))
    here, without_room = hold(session, "kari", Upload("1.pdf", PDF), Upload("2.pdf", PDF), Upload("3.txt", b"x"))
    assert (len(here), without_room) == (2, ["3.txt"])
    monkeypatch.setattr(pending, "MOST_ALL", 3 * len(PDF))
    assert hold(session, "ola", Upload("4.pdf", PDF), Upload("5.txt", b"x"))[1] == ["5.txt"]


def test_no_more_of_an_older_form_goes_than_has_to(session, monkeypatch):
    monkeypatch.setattr(pending, "MOST_EACH", 3 * len(PDF))
    old, _ = hold(session, "kari", *(Upload(f"{number}.pdf", PDF) for number in range(3)))
    others, _ = hold(session, "ola", Upload("ola.pdf", PDF))
    new, _ = hold(session, "kari", Upload("new.pdf", PDF))
    assert pending.held(session, "kari", "papers", [row.id for row in (*old, *new)], NOW) == [*old[1:], *new]
    assert pending.held(session, "ola", "papers", [row.id for row in others], NOW) == others


def test_as_many_as_may_be_sent_are_asked_for(session):
    rows, _ = hold(session, "kari", *[Upload("a.pdf", PDF)] * MOST_FILES)
    ids = [row.id for row in rows]
    assert pending.held(session, "kari", "papers", [999, *ids], NOW) == rows[:-1]
    assert (rows[0].owner, rows[0].field, rows[0].size, rows[0].at) == ("kari", "papers", len(PDF), NOW)
    almost = NOW + pending.LASTS - timedelta(seconds=1)
    assert pending.held(session, "kari", "papers", ids, almost) == rows
    pending.drop(session, "kari", ids[:1])
    assert pending.held(session, "kari", "papers", ids, NOW) == rows[1:]
