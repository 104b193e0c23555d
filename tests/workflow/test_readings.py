"""Who has opened a case: noted where the routine keeps such a log, once an hour for each person and thing."""

from datetime import timedelta

from app.workflow import readings
from model import CaseReading

LOGGED = """
flows:
  case:
    label: Case
    see: [reporter, desk, boss]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], assign: desk}
      end: {label: End, from: open, to: shut, by: desk}
  job:
    label: Job
    part of: case
    states: {begun: {label: Begun}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: begun, by: desk, fields: [owner]}
      finish: {label: Finish, from: begun, to: done, by: owner}
fields:
  access_log: {see: boss}
"""


def test_one_row_an_hour_for_each_person_and_thing(settle_on_both):
    town = settle_on_both(LOGGED)
    case, dora, dirk = town.report(), town.people["dora"], town.people["dirk"]
    assert [readings.note(town.context, case, who, "page") for who in (dora, dora, dirk)] == [True, False, True]
    assert readings.note(town.context, case, dora, "file")
    town.now += timedelta(minutes=59)
    assert not readings.note(town.context, case, dora, "page")
    town.now += timedelta(minutes=1)
    assert readings.note(town.context, case, dora, "page")
    town.session.commit()
    seen = [(each.person_id, each.what) for each in readings.latest(town.context, case)]
    assert seen == [(dora, "page"), (dora, "file"), (dirk, "page"), (dora, "page")]


def test_a_cases_log_has_its_parts_and_a_part_only_itself(settle):
    town = settle(LOGGED)
    case = town.report()
    job = town.add(case, "dora", owner=town.people["rita"])
    readings.note(town.context, case, town.people["dora"], "page")
    readings.note(town.context, job, town.people["rita"], "page")
    town.session.commit()
    assert [each.subject_id for each in readings.latest(town.context, case)] == [job.id, case.id]
    assert [each.subject_id for each in readings.latest(town.context, job)] == [job.id]


def test_nothing_is_noted_of_visitors_or_without_the_word(settle):
    town = settle(LOGGED)
    case = town.report()
    assert not readings.note(town.context, case, None, "page")
    town.publish(LOGGED.replace("fields:\n  access_log: {see: boss}\n", ""))
    assert not readings.note(town.context, case, town.people["dora"], "page")
    assert town.count(CaseReading) == 0


def test_only_whom_the_log_names_may_read_it(settle):
    town = settle(LOGGED)
    case = town.report()
    facts = town.facts(case)
    shown = {who: town.context.viewer(town.people[who]).shows("access_log", facts) for who in ("dora", "bess")}
    assert shown == {"dora": False, "bess": True}
