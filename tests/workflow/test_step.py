"""What a move makes of a case's row: state and way back, presses, who has it, and what happens by itself."""

import pytest

from app.workflow import engine, step
from app.workflow.evaluator import Refusal
from tests.workflow.town import routine

ROUTINE = """
flows:
  other:
    label: Other
    when: {weight: never}
    see: [desk, contact]
    states: {there: {label: There}, gone: {label: Gone, final: true}}
    transitions:
      submit: {label: Report, from: new, to: there, by: anyone, fields: [reporter, area, unit, description], optional: [weight], assign: contact}
      go: {label: Go, from: there, to: gone, by: desk}
  case:
    label: Case
    see: [reporter, desk, contact, boss, warden]
    states:
      open: {label: Open}
      held: {label: Held}
      deep: {label: Deep}
      shut: {label: Shut, final: may reopen}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [weight], assign: contact}
      timed: {label: Timed, from: open, to: shut, by: itself}
      heavy: {label: Heavy, from: open, to: held, by: itself, guards: [heavy]}
      hold: {label: Hold, from: open, to: held, by: desk}
      deeper: {label: Deeper, from: held, to: deep, by: desk}
      undo: {label: Undo, from: [held, deep], to: back, by: desk}
      note: {label: Note, from: any, to: same, by: desk, fields: [comment]}
      weigh: {label: Weigh, from: open, to: same, by: desk, fields: [weight]}
      one: {label: One, from: open, to: same, by: [desk, boss], together: each}
      two: {label: Two, from: open, to: same, by: [desk, boss], together: each}
      give: {label: Give, from: open, to: same, by: desk, assign: {who: warden, at: own}}
      leave: {label: Leave, from: open, to: {other: there}, by: desk}
      shut_out: {label: Shut out, from: open, to: same, by: desk, exclude: contact}
      close: {label: Close, from: any, to: shut, by: desk}
      reopen: {label: Reopen, from: shut, to: open, by: desk}
    clocks:
      limit: {start: submit, runs: 90 days, then: timed}
  job:
    label: Job
    part of: [case, other]
    states: {given: {label: Given}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: given, by: desk, fields: [description]}
      finish: {label: Finish, from: given, to: done, by: desk}
guards:
  heavy: {needs: {weight: heavy}, says: Not heavy.}
fields:
  weight: {label: Weight, choices: {heavy: Heavy, light: Light, never: Never}}
"""


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def test_the_way_back_is_remembered_state_by_state(town):
    case = town.report()
    town.do(case, "dora", "hold")
    town.do(case, "dora", "deeper")
    town.do(case, "dora", "note", comment="Hm")
    assert (case.state, case.former_states) == ("deep", ["open", "held"])
    town.do(case, "dora", "undo")
    assert (case.state, case.former_states) == ("held", ["open"])
    town.do(case, "dora", "undo")
    assert (case.state, case.former_states) == ("open", [])


def test_presses_go_with_the_state_and_with_their_own_move(town):
    case = town.report()
    town.do(case, "dora", "one")
    town.do(case, "dora", "two")
    assert sorted(case.presses) == ["one", "two"]
    town.do(case, "dora", "note", comment="Hm")
    assert sorted(case.presses) == ["one", "two"]
    town.do(case, "bess", "one")
    assert list(case.presses) == ["two"]
    town.do(case, "dora", "hold")
    assert case.presses == {}


def test_what_happens_by_itself_waits_for_its_guard_and_for_no_clock(town):
    case = town.report()
    assert case.state == "open"
    assert step.by_itself(town.context, case) is None
    town.do(case, "dora", "weigh", weight="light")
    assert case.state == "open"
    town.do(case, "dora", "weigh", weight="heavy")
    assert (case.state, town.journal(case)[-1].transition) == ("held", "heavy")
    flow = routine(ROUTINE).flows["case"]
    assert [each.name for each in step._untimed(flow, "open")] == ["heavy"]
    assert step._untimed(flow, "no such state") == ()


def test_who_has_the_case_is_looked_for_where_the_move_says_so(town):
    case = town.report()
    had, trace = case.handler, case.trace
    assert had.startswith("contact:")
    town.do(case, "dora", "note", comment="Hm")
    assert (case.handler, case.trace, case.orphaned) == (had, trace, False)
    town.do(case, "dora", "give")
    assert (case.handler, case.orphaned, case.trace[-1]["role"]) == (None, True, "warden")


def test_a_handler_who_is_shut_out_gives_way(town):
    case = town.report()
    town.do(case, "dora", "shut_out")
    assert (case.handler, case.orphaned) == (None, True)
    assert case.trace


def test_when_a_case_was_closed_and_last_changed_is_noted(town):
    case = town.report()
    assert (case.finished, case.closed_at, case.changed_at) == (False, None, town.now)
    town.now = town.now.replace(day=5)
    town.do(case, "dora", "close")
    assert (case.finished, case.closed_at, case.changed_at) == (True, town.now, town.now)


def test_around_a_case_are_its_parts_and_around_a_part_its_whole(town):
    case = town.report()
    parts = [town.add(case, "dora", description="Mend it.") for _ in range(2)]
    assert step.around(case) == [case, *parts]
    assert step.around(parts[0]) == [parts[0], case]


def test_parts_go_on_under_the_newest_edition_where_it_has_their_state(town):
    case = town.report()
    first, second = (town.add(case, "dora", description="Mend it.") for _ in range(2))
    town.do(second, "dora", "finish")
    assert case.edition_id == first.edition_id == second.edition_id
    town.publish(ROUTINE.replace("given", "handed"))
    town.do(case, "dora", "leave")
    newest = town.context.newest.id
    assert (case.flow, case.state, case.edition_id, case.former_states) == ("other", "there", newest, [])
    assert second.edition_id == newest
    assert first.edition_id != newest, "its state is called otherwise there"
    assert town.clock(case, "limit").stopped_at == town.now


def test_a_row_that_somebody_holds_is_read_anew(town):
    case = town.report()
    case_id = case.id
    town.session.commit()
    engine.hold(town.context, case)
    assert (case.id, case.version) == (case_id, 1), "holding changes nothing"


def test_a_claim_counts_the_version_up_and_comes_once(town):
    case = town.report()
    engine.claim(town.context, case, None)
    assert case.version == 2
    engine.claim(town.context, case, 2)
    assert case.version == 3
    with pytest.raises(engine.Stale):
        engine.claim(town.context, case, 2)


def test_an_event_is_named_after_the_case_and_its_count(town):
    case = town.report()
    assert engine.event_key(case) == f"{case.id}:1"


def test_a_refusal_names_all_that_refuses(town):
    case = town.report()
    with pytest.raises(engine.Refused, match=r"^comment$") as refused:
        engine.move(town.context, case, "note", actor=town.actor("dora"), answers={}, version=None)
    assert [each.name for each in refused.value.refusals] == ["comment"]
    many = engine.Refused((Refusal("guard", "one"), Refusal("guard", "two")))
    assert str(many) == "one, two"
    moved = engine.move(town.context, case, "note", actor=town.actor("dora"), answers={"comment": "x"}, version=None)
    assert moved is case
