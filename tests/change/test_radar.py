"""The radar: a case that nobody active can move is found, with why; one that somebody can is left alone."""

from datetime import date

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import delete, event, select

from app.change.radar import Radar, reasons
from model import Assignment, ConfigurationVersion, Person

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, boss]
    states:
      open: {label: Open}
      asked: {label: Asked}
      waiting: {label: Waiting}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, description], optional: [unit], assign: routing}
      note: {label: Note, from: any, to: same, by: boss, fields: [comment]}
      judge: {label: Judge, from: open, to: asked, by: [desk, handler]}
      tell: {label: Tell, from: asked, to: same, by: boss, fields: [comment]}
      end: {label: End, from: asked, to: shut, by: handler, guards: [told, jobs_done, not_unsafe]}
      wait: {label: Wait, from: open, to: waiting, by: boss}
      expire: {label: Expire, from: waiting, to: shut, by: itself}
    clocks:
      patience: {start: waiting, runs: 9 days, then: expire}
  job:
    label: Job
    part of: case
    see: owner
    states: {begun: {label: Begun}, halted: {label: Halted}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: begun, by: handler, fields: [description, owner]}
      halt: {label: Halt, from: begun, to: halted, by: handler}
      go_on: {label: Go on, from: halted, to: begun, by: owner}
      finish: {label: Finish, from: begun, to: done, by: owner}
guards:
  told: {needs: {done: tell}, says: Tell them first.}
  jobs_done: {needs: {every: job, state: final}, says: A job isn't done.}
  not_unsafe: {needs: {not: {area: safety}}, says: Ring the bell instead.}
fields:
  owner: {choices: {who: [boss, contact], at: within}}
"""


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def why(town, subject):
    """Kinds of the reasons."""
    return [reason["why"] for reason in reasons(town.context, town.facts(subject))]


def leave(town, *people):
    """End everything that these people hold."""
    ids = [town.people[name] for name in people]
    town.session.execute(delete(Assignment).where(Assignment.person_id.in_(ids)))
    changed(town)


def changed(town):
    town.session.get_one(ConfigurationVersion, 1).version += 1
    town.session.commit()


def switch_off(town, *people):
    """Make the accounts of these people inactive."""
    for name in people:
        user = User(first_name=name, last_name=name, username=name, email=f"{name}@town.example", active=False)
        town.session.get_one(Person, town.people[name]).user = user
    town.session.commit()


def test_somebody_can(town):
    assert why(town, town.report()) == []


def test_nobody_holds_the_role_that_has_it(town):
    case = town.report()
    leave(town, "rita", "rolf", "bess")
    found = reasons(town.context, town.facts(case))
    assert found == [
        {"why": "no_holder", "role": "contact", "unit": case.unit_id, "area": None, "transition": "judge"},
        *found[1:],
    ]
    assert {
        "why": "no_holder",
        "role": "boss",
        "unit": case.unit_id,
        "area": case.area_id,
        "transition": "wait",
    } in found


def test_who_may_act_but_cannot_open_the_case_does_not_count(town):
    case = town.report()
    leave(town, "rita", "rolf", "bess")
    assert town.may(case, "dora") == ["judge"]
    assert why(town, case) != []


def test_a_deputy_counts_while_the_holder_is_away_and_dates_are_kept(town):
    case = town.report()
    leave(town, "bess")
    row = town.session.scalars(select(Assignment).where(Assignment.person_id == town.people["rita"])).one()
    row.ends_on = date(2026, 3, 1)
    changed(town)
    assert why(town, case) == []
    leave(town, "rolf")
    assert "no_holder" in why(town, case)
    row.ends_on = date(2026, 3, 2)
    changed(town)
    assert why(town, case) == []


def test_an_account_that_is_switched_off_moves_nothing(town):
    case = town.report()
    switch_off(town, "rita")
    assert why(town, case) == []
    switch_off(town, "bess")
    found = reasons(town.context, town.facts(case))
    assert {"why": "inactive", "person": town.people["rita"], "transition": "judge"} in found
    assert {reason["why"] for reason in found} == {"inactive"}


def test_a_case_without_a_handler(town):
    case = town.report()
    case.handler = None
    leave(town, "bess")
    assert "no_handler" in why(town, case)


def test_staying_where_it_is_moves_nothing(town):
    case = town.do(town.report(), "rita", "judge")
    leave(town, "rita", "rolf")
    assert "note" in town.may(case, "bess")
    assert why(town, case) == ["no_holder"]


def test_a_guard_that_somebody_can_mend(town):
    case = town.do(town.report(), "rita", "judge")
    assert town.refused(case, "rita", "end") == ["told"]
    assert why(town, case) == []
    leave(town, "bess")
    assert [r for r in reasons(town.context, town.facts(case)) if r["why"] == "guard"] == [
        {"why": "guard", "transition": "end", "guard": "told"}
    ]
    assert "no_holder" in why(town, case)


def test_a_guard_that_nothing_can_change(town):
    case = town.do(town.report(area="safety"), "wanda", "judge")
    town.do(case, "bess", "tell", comment="Said so.")
    assert reasons(town.context, town.facts(case)) == [{"why": "guard", "transition": "end", "guard": "not_unsafe"}]


def test_a_guard_that_waits_for_a_part(town):
    case = town.do(town.report(), "rita", "judge")
    town.do(case, "bess", "tell", comment="Said so.")
    job = town.add(case, "rita", description="Mend it.", owner=town.people["lena"])
    assert why(town, case) == why(town, job) == []
    switch_off(town, "lena")
    assert {"why": "guard", "transition": "end", "guard": "jobs_done"} in reasons(town.context, town.facts(case))
    assert why(town, case) == ["guard", "inactive"]
    assert why(town, job) == []  # the handler can halt it
    town.do(job, "rita", "halt")
    assert why(town, job) == ["inactive"]


def test_a_part_that_can_come_to_what_mends(town):
    case = town.do(town.report(), "rita", "judge")
    town.do(case, "bess", "tell", comment="Said so.")
    job = town.add(case, "rita", description="Mend it.", owner=town.people["lena"])
    town.do(job, "rita", "halt")
    assert why(town, case) == []


def test_a_part_that_can_still_be_added_mends(settle):
    town = settle(ROUTINE.replace("{every: job, state: final}", "{some: job, state: begun}"))
    case = town.do(town.report(), "rita", "judge")
    town.do(case, "bess", "tell", comment="Said so.")
    assert town.refused(case, "rita", "end") == ["jobs_done"]
    assert why(town, case) == []


def test_a_clock_that_runs_will_move_it(town):
    case = town.do(town.report(), "bess", "wait")
    assert why(town, case) == []
    town.clock(case, "patience").stopped_at = town.now
    town.session.commit()
    assert reasons(town.context, town.facts(case)) == [{"why": "no_clock", "transition": "expire"}]


WAITING = """
flows:
  case:
    label: Case
    see: [reporter, warden]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, description], optional: [reporter, unit], assign: contact}
      look: {label: Look, from: open, to: same, by: handler}
      end: {label: End, from: open, to: shut, by: {first: [{who: handler, except: {did: look}}, warden]}, guards: [time_is_up]}
      take_back: {label: Take it back, from: open, to: shut, by: reporter, guards: [looked]}
    clocks:
      patience: {start: submit, runs: 9 days}
guards:
  time_is_up: {needs: {over: patience}, says: Wait.}
  looked: {needs: {done: look}, says: Nobody has looked.}
"""


def test_time_mends_a_guard(settle):
    town = settle(WAITING.replace("[looked]", "[never]") + "  never: {needs: {area: safety}, says: Never.}\n")
    case = town.report()
    assert why(town, case) == []
    town.clock(case, "patience").paused_at = town.now
    town.session.commit()
    assert reasons(town.context, town.facts(case)) == [
        {"why": "guard", "transition": "end", "guard": "time_is_up"},
        {"why": "guard", "transition": "take_back", "guard": "never"},
    ]


def test_the_reporter_counts_without_a_name_too(settle):
    town = settle(WAITING)
    case = town.do(town.report(None), "rita", "look")
    leave(town, "rita", "rolf", "wanda")
    assert why(town, case) == []


def test_everybody_is_left_out(settle):
    town = settle(WAITING.replace("by: reporter", "by: warden"))
    case = town.do(town.report(), "rita", "look")
    leave(town, "wanda")
    assert [reason["why"] for reason in reasons(town.context, town.facts(case))] == ["all_excluded", "no_holder"]


def test_a_finished_case_is_not_stuck(town):
    case = town.do(town.report(), "rita", "judge")
    town.do(case, "bess", "tell", comment="Said so.")
    town.do(case, "rita", "end")
    leave(town, "rita", "rolf", "bess")
    assert why(town, case) == []


def test_a_radar_asks_the_database_once_for_many_cases(town):
    cases = [town.report() for _ in range(3)]
    leave(town, "rita", "rolf", "bess")
    context = town.context
    facts = [context.facts(case) for case in cases]
    asked = []
    event.listen(town.database, "before_cursor_execute", lambda *given: asked.append(given[2]))
    radar = Radar.open(context)
    assert all(radar.reasons(each) for each in facts)
    assert len([each for each in asked if "ab_user" in each]) == 1
