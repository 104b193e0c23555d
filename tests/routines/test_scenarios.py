"""Every routine's scenarios are played; each tells the whole of what the routine's text asks, and more."""

import re

import pytest

from app.change.scenarios import play_folder, read_folder
from config import ROOT

ROUTINES = {"ntnu": 8, "uio-si-fra": 6, "warwick": 6, "fort-homes-capa": 6}
"""Folder -> scenarios that the routine's own text asks for, numbered from 1."""
LONGEST = 300
NAMES = re.compile(r"ntnu|\buio\b|warwick|fort[ -]homes", re.IGNORECASE)


@pytest.fixture(autouse=True)
def _english(small_house):
    with small_house.app_context():
        yield


@pytest.mark.parametrize("name", ROUTINES)
def test_every_scenario_goes_as_told(name):
    played = list(play_folder(ROOT / "routines" / name))
    assert [(each.name, each.faults) for each in played if each.faults] == []


@pytest.mark.parametrize("name", ROUTINES)
def test_they_cover_the_text_and_as_many_more(name):
    ground, text = read_folder(ROOT / "routines" / name)
    script = ground.read(text)
    assert script.every_fault == []
    if name != "ntnu":
        covered = {number for each in script.scenarios for number in each.covers}
        assert covered == {str(number) for number in range(1, ROUTINES[name] + 1)}
        assert sum(not each.covers for each in script.scenarios) >= ROUTINES[name]
    assert len(script.scenarios) >= 2 * ROUTINES[name]


@pytest.mark.parametrize("name", ROUTINES)
def test_a_routine_is_a_page_or_few(name):
    lines = (ROOT / "routines" / name / "workflow.yaml").read_text("utf-8").splitlines()
    assert len(lines) < LONGEST


def test_no_code_knows_an_institution():
    files = [*(ROOT / "app").rglob("*.py"), *(ROOT / "model").rglob("*.py"), *(ROOT / "app").rglob("*.html")]
    named = [f"{each.relative_to(ROOT)}" for each in files if NAMES.search(each.read_text("utf-8"))]
    assert named == []
