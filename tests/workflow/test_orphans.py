"""A report that nobody could be found for isn't lost: it goes to whoever gets the role."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm.attributes import set_committed_value

from app.workflow.orphans import _rehome, rehome
from model import Assignment, ConfigurationVersion, JournalEntry, Person, Role, Unit

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter]
    states:
      received: {label: Received}
      done: {label: Done, final: true}
    transitions:
      submit: {label: Report, from: new, to: received, by: anyone, fields: [reporter, unit, area, description], assign: warden, notify: {handler: new_case}}
      close: {label: Close, from: received, to: done, by: handler}
"""


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def appoint(town, person, role, unit):
    session = town.session
    rows = [
        session.scalar(select(table).where(table.name == name))
        for table, name in ((Person, person), (Role, role), (Unit, unit))
    ]
    session.add(Assignment(person=rows[0], role=rows[1], unit=rows[2], deputy=False))
    session.get_one(ConfigurationVersion, 1).version += 1
    session.commit()


def test_a_case_without_handler_goes_to_whoever_gets_the_role(town):
    case = town.report(area="teaching", unit="blue")
    assert (case.handler, case.orphaned) == (None, True)
    assert rehome(town.session, town.now) == 0, "nobody holds the role yet"
    version = case.version
    appoint(town, "bill", "warden", "blue")
    assert rehome(town.session, town.now) == 1
    town.session.commit()
    assert case.orphaned is False
    assert town.handlers(case) == {"bill"}
    assert case.version == version + 1, "a form that was open before is stale"
    assert town.mails()[-1][1] == "new_case"
    last = town.session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()
    assert (last.event, last.actor_as, last.trace[-1]["ok"]) == ("assigned", "itself", True)
    assert rehome(town.session, town.now) == 0, "once is enough"


def test_a_finished_case_is_left_alone(town):
    case = town.report(area="teaching", unit="blue")
    case.finished = True
    town.session.commit()
    appoint(town, "bill", "warden", "blue")
    assert rehome(town.session, town.now) == 0


def test_a_case_that_another_worker_has_given_to_somebody_meanwhile_is_left_alone(town):
    case = town.report(area="teaching", unit="blue")
    appoint(town, "bill", "warden", "blue")
    town.session.execute(text("UPDATE subject SET orphaned = false"))
    set_committed_value(case, "orphaned", value=True)  # as this worker read it before
    assert not _rehome(town.context, case)
    assert (case.orphaned, case.handler, len(town.journal(case))) == (False, None, 1)


def test_the_last_move_that_gave_the_case_to_somebody_decides(settle):
    later = "      note: {label: Note, from: received, to: same, by: desk, fields: [comment]}\n"
    hand = "      hand: {label: Hand, from: received, to: same, by: desk, assign: boss, notify: {handler: handed}}\n"
    town = settle(
        ROUTINE.replace("see: [reporter]", "see: [reporter, desk]").replace(
            "      close:", f"{hand}{later}      close:"
        )
    )
    case = town.report(area="teaching", unit="blue")
    town.do(case, "dora", "hand")
    town.do(case, "dora", "note", comment="Nobody has it.")
    case.handler, case.orphaned, case.trace = None, True, []
    events, version = case.events, case.version
    town.session.commit()
    town.now += timedelta(hours=1)
    assert rehome(town.session, town.now) == 1
    town.session.commit()
    assert town.handlers(case) == {"bess"}
    assert (case.events, case.version, case.trace[-1]["role"]) == (events + 1, version + 1, "boss")
    last = town.journal(case)[-1]
    assert (last.ordinal, last.transition, last.from_state, last.at) == (case.events, None, "received", town.now)
    assert [(mail["to"], mail["name"]) for mail in last.mails] == [(str(town.people["bess"]), "handed")]
    assert case.next_step["transition"] == "close"


def test_a_case_that_no_move_gives_to_anybody_stays_as_it_is(settle):
    town = settle(
        ROUTINE.replace(", assign: warden, notify: {handler: new_case}", "").replace("by: handler", "by: reporter")
    )
    case = town.report(area="teaching", unit="blue")
    case.orphaned = True
    town.session.commit()
    assert rehome(town.session, town.now) == 0
    assert case.orphaned


def test_so_many_are_looked_at_at_once(town):
    cases = [town.report(area="teaching", unit="blue") for _ in range(3)]
    appoint(town, "bill", "warden", "blue")
    assert rehome(town.session, town.now, limit=2) == 2
    town.session.commit()
    assert [case.orphaned for case in cases] == [False, False, True]
    assert rehome(town.session, town.now) == 1
