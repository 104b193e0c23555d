from pathlib import Path

import pytest

from app.language.kinds import guard_kind, menders, mending
from app.language.load import load

TEXT = (Path(__file__).parent / "files" / "complete.yaml").read_text()
GUARDS = {
    "on_the_form": ("{severity: filled}", "input", ()),
    "in_part_on_the_form": ("{severity: filled, reason: filled}", "process", ("reject",)),
    "asked_before_only": ("{description: filled}", "fact", ()),
    "asked_where_it_is_needed": ("{conflict: filled}", "fact", ()),
    "done": ("{done: pass_on}", "process", ("pass_on",)),
    "not_done": ("{not: {done: pass_on}}", "fact", ()),
    "since": ("{not: {done: pass_on, since: take}}", "process", ("take",)),
    "entered": ("{state: waiting}", "process", ("wait",)),
    "left": ("{not: {state: waiting}}", "process", ("take", "resume", "close_late", "reopen", "reject")),
    "waits": ("{over: answer}", "process", ()),
    "not_over": ("{not: {over: watch}}", "process", ()),
    "stopped": ("{not: {running: answer}}", "process", ("take", "reject")),
    "runs": ("{running: answer}", "process", ()),
    "parts": ("{every: action, state: final}", "process", ("complete",)),
    "a_part": ("{some: action, result: filled}", "process", ("complete",)),
    "a_new_part": ("{some: action, state: assigned}", "process", ("add",)),
    "handled": ("{handler: filled}", "process", ("take", "pass_on")),
    "named": ("done", "process", ("pass_on",)),
    "named_that_waits": ("waits", "process", ()),
    "named_that_nobody_mends": ("asked_before_only", "fact", ()),
    "none_that_waits": ("{not: {any: [{description: filled}, {title: filled}]}}", "fact", ()),
    "one_that_waits": ("{not: {any: [{description: filled}, {over: answer}]}}", "process", ()),
    "either": ("{any: [{done: pass_on}, {state: final}]}", "process", ("pass_on", "close_late", "reject")),
}


@pytest.fixture(scope="module")
def guarded():
    declared = "".join(f"  {name}: {{needs: {row[0]}, says: No}}\n" for name, row in GUARDS.items())
    text = TEXT.replace("guards:\n", f"guards:\n{declared}", 1).replace(
        "guards: [settled, talked]}", f"optional: [severity], guards: [{', '.join(GUARDS)}]}}"
    )
    text = text.replace("optional: [conflict]", "optional: [conflict], guards: [asked_where_it_is_needed]")
    loaded = load(text)
    assert loaded.errors == []
    return loaded.routine


@pytest.mark.parametrize("name", GUARDS)
def test_kind_and_menders(guarded, name):
    _, kind, mends = GUARDS[name]
    assert guard_kind(guarded, "case", "approve", name) == kind
    assert menders(guarded, "case", "approve", name) == mends


def test_on_a_new_case_nothing_has_happened_yet(routine):
    assert guard_kind(routine, "case", "submit", "own_channel") == "input"
    assert menders(routine, "case", "submit", "own_channel") == ()


def test_before_there_is_a_case_nobody_can_mend_it(complete, broken):
    routine = load(broken(complete, [("needs: {not: {area: [hse, threat]}}", "needs: {reason: filled}")])).routine
    assert guard_kind(routine, "case", "submit", "own_channel") == "fact"


def test_a_part_waits_for_its_whole(routine):
    assert guard_kind(routine, "action", "add", "is_open") == "process"
    assert mending(routine, "action", "add", "is_open") == (("case", "take"), ("case", "resume"), ("case", "reopen"))


def test_a_whole_without_the_clock_is_passed_over():
    read = load(TWO_WHOLES).routine
    assert read is not None
    assert mending(read, "job", "add", "in_time") == (("case", "take"),)
    assert guard_kind(read, "job", "add", "in_time") == "process"


TWO_WHOLES = """
title: Town
languages: [en]
roles: [desk]
flows:
  case:
    label: Case
    when: {description: filled}
    see: desk
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [description], assign: desk}
      take: {label: Take, from: open, to: same, by: desk}
      close: {label: Close, from: open, to: shut, by: desk}
    clocks: {slow: {start: take, stop: close, runs: 1 day}}
  appeal:
    label: Appeal
    see: desk
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      appeal: {label: Appeal, from: new, to: open, by: anyone, fields: [description], assign: desk}
      end: {label: End, from: open, to: shut, by: desk}
  job:
    label: Job
    part of: [case, appeal]
    see: owner
    states: {begun: {label: Begun}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: begun, by: handler, fields: [owner], guards: [in_time]}
      finish: {label: Finish, from: begun, to: done, by: owner}
guards:
  in_time: {needs: {whole: {running: slow}}, says: The clock doesn't run.}
fields: {owner: {}}
"""
