"""The retention page tells what will be erased by itself, by number and never by word; without a clock it says so."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from config import ROOT
from model import Case, Clock, WorkflowEdition
from tests.house import Person, cases, session_of

PAGE = "/studio/retention/?lang=en"


def erasing():
    """NTNU's routine, with a clock on withdrawn cases that erases what was reported."""
    text = (ROOT / "routines" / "ntnu" / "workflow.yaml").read_text("utf-8")
    label = "{nb: Slett meldingen, nn: Slett meldinga, en: Erase the report}"
    text = text.replace(
        "    transitions:\n",
        f"    transitions:\n      erase: {{label: {label}, from: any, to: same, by: itself, forget: [description]}}\n",
        1,
    )
    return text.replace("    clocks:\n", "    clocks:\n      kept: {start: submit, runs: 2 years, then: erase}\n", 1)


@pytest.fixture
def house_that_erases(small_house):
    with session_of(small_house) as session:
        session.add(WorkflowEdition(number=2, text=erasing(), sha256="x", published_at=datetime.now(UTC)))
        session.commit()
    return small_house


def test_nothing_is_erased_where_no_clock_forgets(small_house):
    admin = Person(small_house, "admin")
    admin.get(PAGE)
    assert "Nothing is erased by itself" in admin.text


def test_cases_that_will_be_erased_are_named_by_number_alone(house_that_erases):
    Person(house_that_erases).report(description="Et ord som ingen skal se: hemmeligheten.")
    with session_of(house_that_erases) as session:
        row = session.scalars(select(Clock).join(Clock.subject).where(Clock.name == "kept")).one()
        row.due_at = datetime.now(UTC) + timedelta(days=60)
        row.next_at = row.due_at
        session.commit()
        assert session.scalars(select(Case)).one().description
    admin = Person(house_that_erases, "admin")
    admin.get(PAGE)
    number = next(iter(cases(house_that_erases)))
    assert f"{number}, " in admin.text
    assert "Erase the report: Description" in admin.text
    assert "hemmeligheten" not in admin.text
