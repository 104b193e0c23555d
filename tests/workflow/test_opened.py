"""What is open to everybody: the cases and fields that the routine names, and nothing that has a `see` of its own."""

import pytest

from app.workflow import opened
from model import Case
from tests.workflow.town import DATA, routine

ROUTINE = """
flows:
  bare:
    label: Bare
    when: {area: teaching}
    see: anyone
    states: {told: {label: Told, final: true}}
    transitions:
      submit: {label: Report, from: new, to: told, by: anyone, fields: [area, unit, description], optional: [reporter]}
  case:
    label: Case
    see: [reporter, desk, {who: anyone, only: [number, told, area, secret, papers, handler, history], when: {area: safety}}]
    states:
      open: {label: Open, told: "{area} in {unit}: {notice}{secret}"}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, unit, description], optional: [reporter, secret, papers, plain], assign: desk}
      close: {label: Close, from: open, to: shut, by: desk}
  job:
    label: Job
    part of: case
    see: anyone
    states:
      given: {label: Given}
      done: {label: Done, final: true}
    transitions:
      add: {label: Add, from: new, to: given, by: desk, fields: [description]}
      finish: {label: Finish, from: given, to: done, by: desk}
fields:
  secret: {label: Secret, see: desk}
  papers: {type: file, label: Papers}
  plain: {label: Plain}
reports:
  to_all: {label: All, rows: [area], see: anyone}
  on_terms: {label: Terms, rows: [area], see: [desk, {who: anyone, when: {area: safety}}]}
  inside: {label: Inside, rows: [area], see: desk}
"""


@pytest.fixture
def town(settle_on_both):
    return settle_on_both(ROUTINE)


def read(town, case):
    return dict(opened.words(town.context, town.facts(case), "en"))


def found(town, flow):
    declared = town.context.routine.flows[flow]
    return [case.id for case in town.session.query(Case).filter(opened.scope(town.context, declared))]


def test_a_visitor_finds_the_cases_that_meet_the_condition_and_reads_what_is_named(town):
    shown = town.report(area="safety", secret="The key", plain="Inside")
    bare = town.report(area="teaching")
    assert (found(town, "case"), found(town, "bare")) == ([shown.id], [bare.id])
    assert read(town, bare) == {"number": bare.number}, "a visitor is always held to what is named"
    assert read(town, shown) == {
        "number": shown.number,
        "told": "Safety in : ",
        "area": "Safety",
        "handler": "Desk Top",
    }


def test_a_case_that_no_longer_meets_it_is_gone(town):
    case = town.report(area="safety")
    assert found(town, "case")
    case.area_id = None
    town.session.commit()
    assert found(town, "case") == []
    assert read(town, case) == {"number": case.number}


def test_flows_and_reports_that_name_anyone_are_open_and_parts_never():
    read_in = routine(ROUTINE)
    assert [flow.name for flow in opened.flows(read_in)] == ["bare", "case"]
    assert [report.name for report in opened.reports(read_in)] == ["to_all", "on_terms"]


DUE = """
flows:
  case:
    label: Case
    see: [desk, {who: anyone, only: [area, told, unit, cost, history, access_log, plain]}]
    states:
      open: {label: Open, told: "{area} by {due answer}. {notice}{plain}{hush}"}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, unit, description], optional: [reporter, cost, plain, hush], assign: desk}
      close: {label: Close, from: open, to: shut, by: desk}
    clocks:
      answer: {start: submit, runs: 3 days}
fields:
  cost: {label: Cost, type: number, see: [desk, anyone]}
  plain: {label: Plain}
  hush: {label: Hush}
"""
NOTICED = DATA.replace('holidays: "NO"', 'holidays: "NO", notices: [{from: 2026-01-01, text: Slow.}]')


def test_what_is_told_holds_ends_and_notices_and_what_is_named_and_nothing_else(settle):
    town = settle(DUE, data=NOTICED)
    case = town.report(who=None, cost="7", plain="P", hush="H")
    facts = town.facts(case)
    assert opened.fields(town.context, facts) == [
        *("number", "area", "told", "unit", "cost", "history", "access_log", "plain"),
    ]
    assert dict(opened.words(town.context, facts, "en")) == {
        "number": case.number,
        "area": "Teaching",
        "told": "Teaching by 5 March 2026. Slow.P",
        "unit": "Red",
        "cost": "7",
        "plain": "P",
    }
    case.answers = {}
    town.session.flush()
    read = dict(opened.words(town.context, town.facts(case), "en"))
    assert "cost" not in read
    assert "plain" not in read, "what isn't answered is left out"
    new = town.context.facts_of_new("case", {"area": "safety"})
    assert "told" not in opened.words(town.context, new, "en")
