"""A row of the journal: by whom and as whom, with which answers, and which answers still stand."""

import pytest

from app.workflow import journal
from app.workflow.actor import ITSELF, Actor
from tests.workflow.proof import ROUTINE


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def test_what_a_row_is_called_stays_as_it_is_kept():
    """Rows of earlier years have these words."""
    events = (journal.MOVED, journal.PRESSED, journal.REMINDED, journal.REDACTED)
    assert events == ("moved", "pressed", "reminded", "redacted")
    assert (journal.REFUSED_ITSELF, journal.LET_THROUGH, journal.LOOKED_UP) == ("refused", "let_through", "looked_up")
    assert journal.NOT_MADE == ("pressed", "refused")


@pytest.mark.parametrize(
    ("actor", "told"),
    [
        (ITSELF, "itself"),
        (Actor(itself=True, reporter=True), "itself"),
        (Actor(reporter=True), "reporter"),
        (Actor(), "visitor"),
    ],
)
def test_as_whom_somebody_without_an_account_acts(town, actor, told):
    case = town.report()
    journal.note(town.context, case, actor, journal.LOOKED_UP)
    town.session.flush()
    row = town.journal(case)[-1]
    assert (row.actor_id, row.actor_as, row.event, row.transition) == (None, told, "looked_up", None)


def test_as_whom_somebody_acts(town):
    case = town.report()
    for who, told in (("stig", "reporter"), ("dora", "")):
        journal.note(town.context, case, town.actor(who), journal.LOOKED_UP)
        town.session.flush()
        row = town.journal(case)[-1]
        assert (row.actor_id, row.actor_as) == (town.people[who], told)
    case.reporter_id = None
    journal.note(town.context, case, Actor(), journal.LOOKED_UP)
    town.session.flush()
    assert town.journal(case)[-1].actor_as == "visitor", "nobody is not the reporter that nobody is"


def test_a_note_is_an_event_of_its_own(town):
    case = town.report()
    journal.note(town.context, case, town.actor("dora"), journal.LOOKED_UP)
    town.session.flush()
    first, row = town.journal(case)
    assert (row.ordinal, case.events, row.subject_id, row.case_id) == (2, 2, case.id, case.id)
    assert (row.from_state, row.to_state, row.answers, row.trace, row.mails) == ("open", "open", {}, [], [])
    assert (first.ordinal, first.event, first.transition, first.to_state) == (1, "moved", "submit", "open")
    assert (first.from_state, first.flow, first.round, first.edition_id) == (None, "case", 1, case.edition_id)
    assert (first.at, first.trace[0]["role"]) == (town.now, "desk")


def test_of_answers_the_empty_ones_are_left_out(town):
    case = town.report()
    answers = {"illness": "", "weight": None, "message": [], "result": "x", "zero": 0, "no": False}
    case.events += 1
    journal.write(town.context, case, "ask", town.actor("stig"), "shut", answers, (), [{"to": "1"}])
    town.session.flush()
    row = town.journal(case)[-1]
    assert row.answers == {"result": "x", "zero": 0, "no": False}
    assert (row.from_state, row.to_state, row.mails, row.event) == ("shut", "open", [{"to": "1"}], "moved")


def test_an_answer_stands_while_it_is_the_present_one_and_a_scar_for_good(town):
    facts = town.facts(town.report(illness="Asthma"))
    assert journal.stands("illness", "Asthma", facts)
    assert not journal.stands("illness", "Flu", facts)
    assert not journal.stands("illness", {"name": "x"}, facts)
    assert not journal.stands("illness", "forgotten", facts), "a word is no scar"
    assert journal.stands("illness", {"forgotten": True}, facts)
