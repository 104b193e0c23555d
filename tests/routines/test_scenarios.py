"""Every routine's scenarios are played; each tells the whole of what the routine's text asks, and more."""

import re
from pathlib import Path

import pytest

from app.change.scenarios import play_folder, read_folder
from app.language import lexicon
from app.language.data import load_data
from app.language.load import load
from app.language.read import read
from config import ROOT

ROUTINES = {"ntnu": 8, "uio-si-fra": 6, "warwick": 6, "fort-homes-capa": 6}
"""Folder -> scenarios that the routine's own text asks for, numbered from 1."""
LONGEST = 300
EVERYTHING = Path(__file__).parent / "everything"
"""Uses every word of the language, for the tests alone."""
NAMES = re.compile(r"ntnu|\buio\b|warwick|fort[ -]homes", re.IGNORECASE)


@pytest.fixture(autouse=True)
def _english(small_house):
    with small_house.app_context():
        yield


@pytest.mark.parametrize("folder", [*(ROOT / "routines" / name for name in ROUTINES), EVERYTHING], ids=lambda f: f.name)
def test_every_scenario_goes_as_told(folder):
    played = list(play_folder(folder))
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


def texts_of(name):
    return (EVERYTHING / name).read_text("utf-8")


def words_of(name):
    """Every key and every value that stands in a file."""
    return {node.text for node in read(texts_of(name), name)[0].scalars()}


@pytest.mark.parametrize("entry", lexicon.entries(), ids=lambda each: f"{each.place}-{'-'.join(each.words)}"[:40])
def test_one_routine_uses_every_word_of_the_language(entry):
    files = {"data.yaml", "workflow.yaml"} if "scenarios" not in entry.place else {"scenarios.yaml"}
    used = set().union(*map(words_of, files))
    assert [word for word in entry.words if word not in used] == []


def test_the_routine_of_every_word_has_no_fault_and_no_warning():
    data = load_data(texts_of("data.yaml"), routine=load(texts_of("workflow.yaml")).routine)
    loaded = load(texts_of("workflow.yaml"), "w", data.data)
    assert [str(fault) for fault in (*data.faults, *loaded.faults)] == []
