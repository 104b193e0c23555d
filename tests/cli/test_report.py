"""`flask report verify`: the kept numbers against a count of every case."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from app.tally.folding import fold
from model import Subject, Tally, TallyDue
from tests.house import session_of


@pytest.fixture
def ask(house):
    return lambda *words: house.test_cli_runner().invoke(args=["report", "verify", *words])


def take_in(house):
    later = datetime.now(UTC)
    with session_of(house) as session:
        while fold(session, later, 2):
            session.commit()
            later += timedelta(minutes=1)
        session.commit()


def test_numbers_that_are_those_of_the_cases_are_in_order(house, enter, ask):
    visitor = enter(None)
    visitor.report()
    visitor.report()
    assert "hasn't taken in every case yet" in ask().output
    take_in(house)
    visitor.report()
    found = ask()
    assert found.exit_code == 0, found.output
    assert "of 2 cases; 1 more wait to be taken in" in found.output


def test_numbers_that_somebody_has_spoilt_are_told_and_counted_anew(house, enter, ask):
    visitor = enter(None)
    visitor.report()
    visitor.report()
    take_in(house)
    with session_of(house) as session:
        session.execute(update(Tally).where(Tally.report == "by_unit", Tally.clock == "").values(runs=7))
        session.commit()
    found = ask()
    assert found.exit_code == 1
    assert "7 cases are kept, there are 2" in found.output
    assert "flask report verify --repair" in found.output
    assert "2 cases have been counted anew" in ask("--repair").output
    assert ask().exit_code == 0


def test_a_change_that_nobody_noted_is_found(house, enter, ask):
    enter(None).report()
    take_in(house)
    with session_of(house) as session:
        session.execute(update(Subject).values(state="closed", finished=True))
        session.execute(TallyDue.__table__.delete())
        session.commit()
    assert ask().exit_code == 1
