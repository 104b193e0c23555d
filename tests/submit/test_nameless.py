"""Somebody logged in who doesn't tell who they are, where the routine lets them."""

import re

import pytest
from sqlalchemy import select

from app.web.database import db
from config import ROOT
from model import Case, JournalEntry
from tests.house import Person, fill, make_app


@pytest.fixture
def open_house(tmp_path):
    """NTNU's routine, in which nobody has to say who they are."""
    text = (ROOT / "workflow.yaml").read_text("utf-8")
    asked = "fields: [reporter, area,"
    assert asked in text
    loose = text.replace(asked, "fields: [area,").replace("optional: [unit,", "optional: [reporter, unit,", 1)
    folder = tmp_path / "routines" / "open"
    folder.mkdir(parents=True)
    (folder / "workflow.yaml").write_text(loose, "utf-8")
    (folder / "data.yaml").write_text((ROOT / "routines/ntnu/data.yaml").read_text("utf-8"), "utf-8")
    url = f"sqlite:///{tmp_path / 'house.db'}"
    fill(url, tmp_path, folder)
    return make_app(url, tmp_path)


def reported(app, **answers):
    student = Person(app, "student_idi")
    student.get("/")
    student.report(**answers)
    assert student.status == 303, student.text
    student.follow()
    return student


def kept(app):
    with app.app_context():
        case = db.session.scalars(select(Case)).one()
        entry = db.session.scalars(select(JournalEntry)).one()
        found = (case.reporter_id, case.entered_by_id, entry.actor_id, entry.actor_as, "reporter" in entry.answers)
        db.session.remove()
    return found


def test_whoever_ticks_it_is_nowhere_in_the_case_and_gets_a_code(open_house):
    assert 'name="nameless"' in Person(open_house, "student_idi").get("/").get_data(as_text=True)
    student = reported(open_house, nameless="y")
    assert re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", student.text)
    assert kept(open_house) == (None, None, None, "visitor", False)


def test_whoever_does_not_is_the_reporter(open_house):
    reported(open_house)
    reporter, entered_by, actor, actor_as, told = kept(open_house)
    assert reporter == actor is not None
    assert (entered_by, actor_as, told) == (None, "reporter", True)


def test_where_the_routine_asks_who_reports_the_tick_does_nothing(small_house):
    assert 'name="nameless"' not in Person(small_house, "student_idi").get("/").get_data(as_text=True)
    reported(small_house, nameless="y")
    assert kept(small_house)[0] is not None
