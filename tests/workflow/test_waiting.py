"""Approvals that wait are looked at again once the configuration has changed, and not before."""

import pytest

from app.workflow import waiting
from model import Assignment, ConfigurationVersion

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk, boss, contact]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], assign: desk}
      both: {label: Both, from: open, to: shut, by: [desk, contact], together: everyone}
"""


@pytest.fixture
def town(settle):
    waiting._looked.clear()
    return settle(ROUTINE)


def leave(town, who):
    town.session.query(Assignment).filter_by(person_id=town.people[who]).delete()
    town.session.get_one(ConfigurationVersion, 1).version += 1
    town.session.commit()


def test_what_is_enough_once_somebody_has_left_is_made(town):
    one, other, untouched = town.report(), town.report(unit="blue"), town.report()
    for case in (one, other):
        town.do(case, "dora", "both")
        town.do(case, "dirk", "both")
    assert waiting.recount(town.session, town.now) == 0
    leave(town, "rita")
    assert [case.state for case in (one, other, untouched)] == ["open"] * 3
    assert waiting.recount(town.session, town.now) == 0, "the deputy of whoever left must press"
    leave(town, "rolf")
    leave(town, "bill")
    assert waiting.recount(town.session, town.now) == 2
    assert [case.state for case in (one, other, untouched)] == ["shut", "shut", "open"]
    assert town.journal(one)[-1].actor_id == town.people["dirk"], "as whoever pressed last"
    assert waiting.recount(town.session, town.now) == 0


def test_nothing_is_looked_at_twice_under_one_configuration(town, monkeypatch):
    case = town.do(town.report(), "dora", "both")
    looked = []
    monkeypatch.setattr(waiting.engine, "recount", lambda _context, each: looked.append(each) or False)
    assert waiting.recount(town.session, town.now) == waiting.recount(town.session, town.now) == 0
    assert looked == [case]
    leave(town, "bill")
    waiting.recount(town.session, town.now)
    assert looked == [case] * 2
    case.finished = True
    town.session.commit()
    leave(town, "bess")
    waiting.recount(town.session, town.now)
    assert looked == [case] * 2, "a finished case waits for nobody"
