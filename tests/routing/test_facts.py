"""What is known of a case and of its parts, and which of them owns an answer."""

import pytest

from app.routing.facts import own_fields, starting
from tests.workflow.conftest import settle, sqlite_empty, sqlite_town  # noqa: F401 - a town on SQLite

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    when: {kind_of: here}
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, unit, description], optional: [severity], assign: desk}
      judge: {label: Judge, from: open, to: same, by: desk, set: {judged: ticked}}
      close: {label: Close, from: open, to: shut, by: desk, guards: [is_calm]}
  job:
    label: Job
    part of: case
    see: owner
    states: {begun: {label: Begun}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: begun, by: desk, fields: [owner, note]}
      finish: {label: Finish, from: begun, to: done, by: owner}
  errand:
    label: Errand
    part of: case
    see: owner
    states: {begun: {label: Begun}, done: {label: Done, final: true}}
    transitions:
      send: {label: Send, from: new, to: begun, by: desk, fields: [owner], assign: owner}
      finish: {label: Finish, from: begun, to: done, by: owner}
guards:
  is_calm: {needs: {severity: filled}, says: Say how grave it is.}
fields:
  severity: {choices: {low: Low, high: High}, default: low}
  kind_of: {choices: {here: Here, there: There}, default: here, label: Where}
  judged: {type: tick, label: Judged, default: ticked}
  answer_within: {type: length, label: Answer within, of: unit, default: 7 days}
  note: {label: Note}
"""


@pytest.fixture
def town(settle):  # noqa: F811
    return settle(ROUTINE)


def test_a_part_has_from_its_whole_what_its_flow_neither_asks_nor_assigns(town):
    case = town.report(severity="high")
    job = town.add(case, "dora", owner=town.people["olga"], note="Fix it.")
    errand = town.add(case, "dora", transition="send", flow="errand", owner=town.people["bill"])
    facts = town.facts(job)
    assert [facts.value(name) for name in ("severity", "note", "handler")] == ["high", "Fix it.", case.handler]
    assert town.facts(errand).value("handler") == errand.handler != case.handler
    assert town.facts(case).value("note") is None
    new = town.facts(case).new_part("job")
    assert (new.value("severity"), new.value("note"), new.state) == ("high", None, "")
    assert "handler" in own_fields(town.context.routine, "errand")
    assert "handler" not in own_fields(town.context.routine, "job")
    assert {"state", "round", "number", "submitted_on", "owner", "note"} == own_fields(town.context.routine, "job")


def test_a_case_has_its_parts_by_flow_and_a_part_its_whole(town):
    case = town.report()
    job = town.add(case, "dora", owner=town.people["olga"], note="Fix it.")
    errand = town.add(case, "dora", transition="send", flow="errand", owner=town.people["bill"])
    of_case, of_job = town.facts(case), town.facts(job)
    assert [each.subject for each in of_case.parts("job")] == [job]
    assert [each.subject for each in of_case.parts("errand")] == [errand]
    assert [each.whole for each in of_case.parts("job")] == [of_case]
    assert list(of_job.parts("job")) == list(town.context.facts_of_new("case", {}).parts("job")) == []
    assert of_case.whole is None
    assert of_job.whole.subject is case
    assert town.context.facts_of_new("case", {}).whole is None


def test_a_case_starts_with_the_defaults_that_no_form_asks_for(town):
    assert starting(town.context.routine, "case") == {"kind_of": "here", "judged": True}
    assert starting(town.context.routine, "job") == {}


def test_what_was_done_and_by_whom(town):
    case = town.report()
    facts = town.facts(case)
    assert [facts.has_done(*each) for each in (("submit", None), ("judge", None), ("submit", "judge"))] == [
        True,
        False,
        True,
    ]
    town.do(case, "dora", "judge")
    town.do(case, "dirk", "judge")
    town.do(case, "dora", "judge")
    facts = town.facts(case)
    assert [facts.has_done(*each) for each in (("judge", "submit"), ("submit", "judge"))] == [True, False]
    assert facts.made("judge") == (town.people["dora"], town.people["dirk"])
    assert facts.made("anything") == (town.people["stig"], town.people["dora"], town.people["dirk"])
    assert facts.made("close") == ()
    assert town.context.facts_of_new("case", {}).made("anything") == ()
