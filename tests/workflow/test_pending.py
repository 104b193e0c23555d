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
