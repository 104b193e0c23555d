"""A report that nobody could be found for isn't lost: it goes to whoever gets the role."""

import pytest
from sqlalchemy import select

from app.workflow.orphans import rehome
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
