"""The routine's page says what the edition in force says, to anybody, and names nobody."""

import re
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from sqlalchemy import select

from app.workflow.context import Context
from config import ROOT
from model import Area, WorkflowEdition
from model import Person as Somebody
from tests.house import Person, make_app, session_of

LANGUAGES = ("nb", "nn", "en")


def page(app, language="en", name=None):
    return Person(app, name).get(f"/routine?lang={language}").get_data(as_text=True)


def words(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.partition("<main")[2].partition("</main")[0]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_in_the_routine_is_on_the_page(house, language):
    text = words(page(house, language))
    with session_of(house) as session:
        routine = Context.open(session, datetime.now(UTC)).routine
    for flow in routine.flows.values():
        assert flow.label[language] in text
        for state in flow.states.values():
            assert state.label[language] in text
        for move in flow.transitions.values():
            assert move.label[language] in text
    for report in routine.reports.values():
        assert report.label[language] in text
    for guard in routine.guards.values():
        assert guard.says[language] in text.replace("&#39;", "'")


def test_it_reads_from_report_to_closed(small_house):
    text = words(page(small_house))
    told = [
        "How it begins",
        "Report Anyone",
        "Student Services will read your case within three working days.",
        "3 working days.",
        "Case … is yours",
        "Your case was sent to [Unit the report is about].",
        "Accept for handling The handler",
        "Where reports go",
        "If the area is “Physical learning environment” or “Health, safety and environment (HSE)”:",
        "HSE coordinator, otherwise Study quality contact, otherwise Student Services",
        "Everything else: Study quality contact, otherwise Student Services",
        "1 working day after the deadline and then every 2 working days",
        "Numbers below 5 are hidden.",
    ]
    at = 0
    for each in told:
        assert text.find(each, at) >= at, each
        at = text.find(each, at)


def test_areas_that_belong_elsewhere_show_the_way(small_house):
    html = page(small_house)
    row = html.partition('id="area-whistleblowing"')[2].partition("</tr>")[0]
    assert 'href="https://i.ntnu.no/wiki/-/wiki/Norsk/Varsling"' in row
    assert "Is handled here" not in row
    assert "Is handled here" in html.partition('id="area-physical"')[2].partition("</tr>")[0]


def test_a_retired_area_is_not_there(small_house):
    with session_of(small_house) as session:
        session.scalars(select(Area).where(Area.name == "physical")).one().retired = True
        session.commit()
    assert 'id="area-physical"' not in page(small_house)


def test_nobody_is_named(small_house):
    html = page(small_house)
    with session_of(small_house) as session:
        people = session.scalars(select(Somebody).where(~Somebody.guest)).all()
    assert len(people) > 100
    functions = {"Studentservice"}
    assert [each.label for each in people if each.label and each.label not in functions and each.label in html] == []
    assert [each.mail for each in people if each.mail in html] == []


def test_every_sentence_can_be_pointed_at(small_house):
    html = page(small_house).partition("<main")[2]
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert len(ids) > 100
    lines = re.findall(r"<dl[^>]*>(.*?)</dl>", html, re.DOTALL)
    assert all(f.startswith('<div id="') for block in lines for f in re.findall(r"<div[^>]*>", block))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_it_is_the_edition_in_force(small_house):
    text = (ROOT / "workflow.yaml").read_text().replace("en: Accept for handling", "en: Take it on")
    with session_of(small_house) as session:
        session.add(WorkflowEdition(number=2, text=text, sha256="x", published_at=datetime.now(UTC)))
        session.commit()
    html = page(small_house)
    assert "edition 2 of" in words(html)
    assert "Take it on" in html


def test_it_refers_to_the_institutions_own_page(sqlite_url, tmp_path):
    app = make_app(sqlite_url, tmp_path, ROUTINE_URL="", ROUTINE_BASIS="https://own.example/page")
    assert 'href="https://own.example/page"' in page(app)
    app = make_app(sqlite_url, tmp_path, ROUTINE_URL="https://first.example/", ROUTINE_BASIS="https://own.example/page")
    assert 'href="https://own.example/page"' not in page(app)
    assert page(app).count('href="https://first.example/"') == 2


def test_headings_are_in_order(small_house):
    levels = [int(level) for level in re.findall(r"<h(\d)", page(small_house).partition("<main")[2])]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", ["desk", "admin"])
def test_those_who_have_logged_in_read_the_same(small_house, name):
    assert words(page(small_house, name=name)) == words(page(small_house))
