"""NTNU's routine with a question of each kind on the intake's form, and a log of who opens a case."""

from datetime import UTC, datetime

import pytest

from app.language.load import load
from config import ROOT
from model import WorkflowEdition
from tests.house import Person, session_of


def _three(text):
    return f"{{nb: {text}, nn: {text}, en: {text}}}"


FIELDS = f"""
  alias: {{label: {_three("Dekknavn")}, type: code name, see: [handler, intake]}}
  repeats: {{label: {_three("Gjentar")}, type: case, many: true}}
  umbrella: {{label: {_three("Samlesak")}, type: case, see: [intake, handler, reporter]}}
  seen_at: {{label: {_three("Sted")}, type: place, see: [intake, handler, reporter]}}
  seen_time: {{label: {_three("Klokkeslett")}, type: time}}
  patience: {{label: {_three("Tid")}, type: length, see: [intake, handler, reporter]}}
  watchers: {{label: {_three("Bivånere")}, type: person, many: true}}
  places: {{label: {_three("Fakulteter")}, type: unit, many: true, choices: faculty}}
  papers: {{label: {_three("Papirer")}, type: file, many: true}}
  cost: {{label: {_three("Kostnad")}, type: number}}
  cause: {{label: {_three("Årsak")}, type: choice, choices: {{people: {{label: {_three("Folk")}, choices: {{training: {_three("Opplæring")}}}}}, things: {_three("Ting")}}}}}
  history: {{see: intake}}
  access_log: {{see: intake}}
"""
ASKED = [
    "alias",
    "repeats",
    "umbrella",
    "seen_at",
    "seen_time",
    "patience",
    "watchers",
    "places",
    "papers",
    "cost",
    "cause",
]


def every_kind():
    """The routine's text."""
    text = (ROOT / "routines" / "ntnu" / "workflow.yaml").read_text("utf-8")
    text = text.replace("optional: [personnel_matter]", f"optional: [personnel_matter, {', '.join(ASKED[1:])}]")
    text = text.replace("optional: [unit, course]", f"optional: [unit, course, {', '.join(ASKED[1:])}]")
    text = text.replace("\nfields:\n", f"\nfields:{FIELDS}")
    text = text.replace("see: [reporter, {who: owner,", "see: [reporter, intake, {who: owner,", 1)
    faults = [str(each) for each in load(text).faults if not each.warning]
    assert not faults, faults
    return text


@pytest.fixture
def kinds(small_house):
    """The product with that routine in force."""
    with session_of(small_house) as session:
        known = {"sha256": "x", "published_at": datetime.now(UTC)}
        session.add(WorkflowEdition(number=2, text=every_kind(), **known))
        session.commit()
    return small_house


@pytest.fixture
def come(kinds):
    """Log in as somebody: come("desk"); come() is a visitor."""
    return lambda name=None: Person(kinds, name)
