"""Which flows' open cases a new edition concerns."""

from dataclasses import replace

import pytest

from app.language.conditions import Has, Named
from app.language.definition import Field, Guard, State, Transition
from app.language.moments import Length
from app.language.parties import InRole, Query, Word
from app.telling.difference import compare
from tests.telling.conftest import ROUTINES, with_clock, with_flow, with_move, without_state


def changed(old, new):
    return set(compare(old, new).changed_flows)


def with_state(routine, name, **changes):
    case = routine.flows["case"]
    return with_flow(routine, replace(case, states={**case.states, name: replace(case.states[name], **changes)}))


def with_field(routine, name, **changes):
    return replace(routine, fields={**routine.fields, name: replace(routine.fields[name], **changes)})


def with_guard(routine, name, **changes):
    return replace(routine, guards={**routine.guards, name: replace(routine.guards[name], **changes)})


@pytest.mark.parametrize("routine", ROUTINES.values(), ids=ROUTINES)
def test_the_same_routine_has_no_difference(routine):
    difference = compare(routine, routine)
    assert difference.empty
    assert difference.flows == {}
    assert difference.changed_flows == frozenset()


@pytest.mark.parametrize(
    "change",
    [
        lambda r: with_state(r, "received", label={"en": "Here"}),
        lambda r: with_state(r, "received", told={"en": "We have it."}),
        lambda r: with_move(r, "close", label={"en": "Shut"}),
        lambda r: with_flow(r, replace(r.flows["case"], see=Word("reporter"))),
        lambda r: with_flow(r, replace(r.flows["case"], when=Has("title", "empty"))),
        lambda r: with_guard(r, "severity_comes_first", says={"en": "First things first."}),
        lambda r: with_field(r, "severity", label={"en": "How bad"}),
        lambda r: with_field(r, "severity", help={"en": "How bad is it?"}),
        lambda r: with_field(r, "severity", see=Word("handler")),
        lambda r: replace(r, reports={}),
        lambda r: replace(r, title={"en": "Another"}),
    ],
)
def test_words_sight_and_reports_ask_nothing_of_open_cases(ntnu, change):
    assert changed(ntnu, change(ntnu)) == set()
    assert not compare(ntnu, change(ntnu)).empty


@pytest.mark.parametrize(
    ("change", "flows"),
    [
        (lambda r: without_state(r, "rejected"), {"case"}),
        (lambda r: with_state(r, "rejected", final="may reopen"), {"case"}),
        (lambda r: with_move(r, "close", by=InRole("dean")), {"case"}),
        (lambda r: with_move(r, "close", notify=()), {"case"}),
        (lambda r: with_clock(r, "at_intake", runs=Length(9, "days")), {"case"}),
        (lambda r: with_flow(r, replace(r.flows["action"], part_of=())), {"action"}),
        (lambda r: with_guard(r, "severity_comes_first", needs=Has("severity", "filled")), {"action"}),
        (lambda r: with_guard(r, "every_action_is_settled", needs=Has("severity", "filled")), {"case"}),
        (lambda r: with_field(r, "severity", many=True), {"case", "action"}),
        (lambda r: with_field(r, "new_handler", choices=InRole("dean")), {"case"}),
        (lambda r: replace(r, parties={"former": Query(who=Word("handler"))}), {"case", "action"}),
        (lambda r: replace(r, roles=r.roles[1:]), {"case"}),
    ],
)
def test_what_a_flow_stands_on_concerns_its_open_cases(ntnu, change, flows):
    assert changed(ntnu, change(ntnu)) == flows


def test_a_question_nobody_asks_concerns_nobody(ntnu):
    new = replace(ntnu, fields={**ntnu.fields, "extra": Field("extra", {"en": "Extra"})})
    assert changed(ntnu, new) == set()
    assert compare(ntnu, new).fields.added == ("extra",)


def test_what_a_question_stands_on_counts_too(ntnu):
    old = with_field(ntnu, "summary", when=Named("alone"))
    old = replace(old, guards={**old.guards, "alone": Guard("alone", Has("title", "filled"), {"en": "Name it."})})
    assert changed(old, with_guard(old, "alone", needs=Has("title", "empty"))) == {"case"}


def test_flows_that_come_and_go(ntnu):
    alone = replace(ntnu, flows={"case": ntnu.flows["case"]})
    assert compare(ntnu, alone).removed_flows == ("action",)
    assert compare(alone, ntnu).added_flows == ("action",)
    assert compare(ntnu, alone).changed_flows == frozenset()


def test_what_differs_is_named_by_its_parts(ntnu):
    new = with_move(ntnu, "close", by=InRole("dean"), fields=(), label={"en": "Shut"})
    assert compare(ntnu, new).flows["case"].transitions.changed == {"close": frozenset({"by", "fields", "label"})}


def test_states_and_moves_added_and_removed(ntnu):
    case = ntnu.flows["case"]
    move = Transition(
        "wait", {"en": "Wait"}, ("received",), replace(case.transitions["close"].to, state="waiting"), None
    )
    new = with_flow(
        ntnu,
        replace(
            case,
            states={**case.states, "waiting": State("waiting", {"en": "Waiting"}, {"en": "Waiting"})},
            transitions={**case.transitions, "wait": move},
        ),
    )
    there, back = compare(ntnu, new).flows["case"], compare(new, ntnu).flows["case"]
    assert (there.states.added, there.transitions.added) == (("waiting",), ("wait",))
    assert (back.states.removed, back.transitions.removed) == (("waiting",), ("wait",))


@pytest.mark.parametrize(
    ("answer", "renamed"),
    [
        ({"received": "arrived"}, {"received": "arrived"}),
        ({"received": "closed"}, {}),
        ({"received": "arrived", "at_faculty": "arrived"}, {}),
        ("stay", {}),
    ],
)
def test_a_state_is_renamed_only_if_it_alone_goes_on_in_a_new_one(ntnu, answer, renamed):
    case = ntnu.flows["case"]
    gone = answer if isinstance(answer, dict) else {}
    states = {name: state for name, state in case.states.items() if name not in gone}
    states["arrived"] = State("arrived", {"en": "Arrived"}, {"en": "Arrived"})
    new = replace(with_flow(ntnu, replace(case, states=states)), migrate={"case": answer})
    difference = compare(ntnu, new)
    assert difference.flows["case"].renamed == renamed
    assert difference.changed_flows == {"case"}
