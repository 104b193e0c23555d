"""Nothing that differs goes untold: every attribute of everything in a routine is changed, one at a time."""

from dataclasses import fields, replace

import pytest

from app.language.conditions import ALWAYS, Has, Is, Not
from app.language.definition import Choice, Clock, Destination, Field, Flow, Guard, Report, Routine, State, Transition
from app.language.moments import Length, Moment
from app.language.parties import InRole, Query, Several, Word
from app.telling.difference import compare
from app.telling.names import Names
from app.telling.sentences import sentences
from tests.telling.conftest import ROUTINES, with_clock, with_flow, with_move, without_state

NOBODY = InRole("nobody_has_this")
VAGUE = "is written in another way"


def other_text(text):
    return {**text, "en": f"{text.get('en', '')} other"}


def other_tuple(*names):
    """Take the first name away that is there, else add one that isn't."""
    return lambda value: value[1:] if value else names


def other_choices(value):
    return (*value, Choice("one_more", {"en": "One more"})) if isinstance(value, tuple) else NOBODY


WAYS = {
    State: {"label": other_text, "told": other_text, "final": lambda v: "no" if v != "no" else "may reopen"},
    Transition: {
        "label": other_text,
        "sources": lambda v: (*v, "elsewhere"),
        "to": lambda _: Destination("elsewhere"),
        "by": lambda _: NOBODY,
        "together": lambda _: "7",
        "fields": other_tuple("language"),
        "optional": other_tuple("entered_by"),
        "guards": other_tuple("one_that_is_new"),
        "exclude": lambda _: NOBODY,
        "assign": lambda _: NOBODY,
        "set": lambda v: {**v, "title": "something"},
        "again": other_tuple("title"),
        "forget": other_tuple("title"),
        "notify": lambda v: v[1:] if v else ((NOBODY, ("news",)),),
    },
    Clock: {
        "start": lambda _: ("another_event",),
        "stop": lambda _: ("another_event",),
        "runs": lambda _: Length(77, "weeks"),
        "until": lambda _: "another_date",
        "pause": lambda _: Has("title", "filled"),
        "when": lambda v: ALWAYS if v != ALWAYS else Has("title", "filled"),
        "remind": lambda v: v[1:] if v else ((NOBODY, (Moment("due"),)),),
        "then": lambda _: "another_move",
    },
    Field: {
        "label": other_text,
        "help": other_text,
        "type": lambda v: "tick" if v != "tick" else "number",
        "many": lambda v: not v,
        "choices": other_choices,
        "default": lambda v: "something" if v is None else None,
        "when": lambda v: ALWAYS if v != ALWAYS else Has("title", "filled"),
        "of_unit": lambda v: not v,
        "see": lambda v: None if v else NOBODY,
        "templates": other_tuple("letter"),
    },
    Guard: {"needs": lambda _: Has("title", "ticked"), "says": other_text},
    Flow: {
        "label": other_text,
        "states": lambda v: dict(list(v.items())[::-1]) if len(v) > 1 else {},
        "transitions": lambda v: dict(list(v.items())[:-1]),
        "clocks": lambda v: {**v, "one_more": Clock("one_more", ("submit",), runs=Length(1, "days"))},
        "when": lambda _: Has("title", "filled"),
        "part_of": other_tuple("case"),
        "see": lambda _: NOBODY,
    },
    Report: {
        "label": other_text,
        "of": other_tuple("case"),
        "when": lambda v: ALWAYS if v != ALWAYS else Has("title", "filled"),
        "rows": other_tuple("title"),
        "show": other_tuple("title"),
        "times": lambda v: {} if v else {"a_clock": (Length(3, "days"),)},
        "see": lambda _: NOBODY,
        "send": lambda v: v[1:] if v else ((NOBODY, "monthly"),),
        "hide_below": lambda v: v + 1,
    },
    Routine: {
        "title": other_text,
        "languages": lambda v: (*v, "de"),
        "roles": lambda v: v[1:],
        "parties": lambda v: {**v, "a_new_one": NOBODY},
        "flows": lambda v: dict(list(v.items())[:-1]),
        "guards": lambda v: {
            **v,
            "a_new_one": Guard("a_new_one", Not(Has("title", "filled")), {"en": "Leave it empty."}),
        },
        "fields": lambda v: {**v, "a_new_one": Field("a_new_one", {"en": "A new one"})},
        "reports": lambda v: {**v, "a_new_one": Report("a_new_one", {"en": "A new one"})},
        "migrate": lambda v: {**v, "case": {"received": "closed"}},
    },
}


def things(routine):
    """Everything of a routine, with the way to put another in its place."""
    yield routine, lambda new: new
    for flow in routine.flows.values():
        yield flow, lambda new: with_flow(routine, new)
        for kind in ("states", "transitions", "clocks"):
            for name, each in getattr(flow, kind).items():
                yield (
                    each,
                    lambda new, k=kind, n=name, f=flow: with_flow(
                        routine, replace(f, **{k: {**getattr(f, k), n: new}})
                    ),
                )
    for kind in ("guards", "fields", "reports"):
        for name, each in getattr(routine, kind).items():
            yield each, lambda new, k=kind, n=name: replace(routine, **{k: {**getattr(routine, k), n: new}})


def told(old, new, names=None):
    return [(each.sign, each.text) for each in sentences(old, new, compare(old, new), names or Names())]


def test_every_attribute_has_a_way_to_change_it():
    for kind, ways in WAYS.items():
        assert {field.name for field in fields(kind)} - {"name"} == set(ways)


@pytest.mark.parametrize("routine", ROUTINES.values(), ids=ROUTINES)
def test_nothing_that_changed_goes_untold(english, routine):
    for thing, put in things(routine):
        for attribute, way in WAYS[type(thing)].items():
            new = put(replace(thing, **{attribute: way(getattr(thing, attribute))}))
            found = told(routine, new)
            place = (type(thing).__name__, getattr(thing, "name", ""), attribute, found)
            assert found, place
            assert not any(VAGUE in text for _, text in found), place
            assert all(sign in "+−~" and text and "None" not in text for sign, text in found), place


@pytest.mark.parametrize("routine", ROUTINES.values(), ids=ROUTINES)
def test_a_text_that_differs_in_another_language_only_is_told_too(english, routine):
    for thing, put in things(routine):
        for attribute in ("label", "told", "says", "help", "title"):
            if hasattr(thing, attribute):
                new = put(replace(thing, **{attribute: {**getattr(thing, attribute), "fr": "autre"}}))
                assert told(routine, new), (thing, attribute)


@pytest.mark.parametrize("routine", ROUTINES.values(), ids=ROUTINES)
def test_what_is_the_same_has_nothing_to_tell(english, routine):
    assert told(routine, routine) == []


def test_who_can_no_longer_reject(english, ntnu, names):
    new = with_move(ntnu, "reject", by=Word("handler"))
    assert told(ntnu, new, names) == [("−", "Student Services can no longer do “Reject”.")]


def test_another_deadline(english, ntnu):
    new = with_clock(ntnu, "at_intake", runs=Length(5, "working days"))
    assert told(ntnu, new) == [("~", "The deadline for “Received” is 5 working days instead of 3 working days.")]


def test_a_removed_state_takes_its_moves_along(english, ntnu):
    found = told(ntnu, without_state(ntnu, "rejected"))
    assert found == [("−", "Removed state: “Rejected”, with the move “Reject”.")]


def test_a_new_requirement_a_new_destination_and_a_new_mail(english, ntnu, names):
    close = ntnu.flows["case"].transitions["close"]
    new = with_move(
        ntnu,
        "close",
        guards=(*close.guards, "severity_comes_first"),
        to=Destination("received"),
        notify=(*close.notify, (InRole("quality_contact"), ("receipt",))),
    )
    assert told(ntnu, new, names) == [
        ("~", "“Close the case” now leads to “Received” instead of “Closed”."),
        ("+", "“Close the case” now also requires: Assess the severity first."),
        ("+", "“Close the case” now sends an e-mail to Quality contact: “We have received case …”."),
    ]


def test_a_question_that_may_be_left_empty_is_told_once(english, ntnu):
    new = with_move(ntnu, "close", fields=(), optional=("summary",))
    assert told(ntnu, new) == [("~", "“Final treatment” may now be left empty in “Close the case”.")]


def test_a_question_that_must_now_be_answered_is_told_as_such(english, ntnu):
    new = with_move(ntnu, "accept", fields=("personnel_matter",), optional=())
    assert told(ntnu, new) == [("~", "“Accept for handling” now requires an answer to “Resembles a personnel matter”.")]


def test_a_new_move_is_told_whole(english, ntnu, names):
    case = ntnu.flows["case"]
    move = Transition(
        "ask_head",
        {"en": "Ask the head"},
        ("received",),
        Destination("at_faculty"),
        InRole("intake"),
        fields=("comment",),
        assign=Query(first=(InRole("quality_contact"), InRole("intake"))),
        guards=("severity_comes_first",),
    )
    new = with_flow(ntnu, replace(case, transitions={**case.transitions, "ask_head": move}))
    assert told(ntnu, new, names) == [
        (
            "+",
            "New move: “Ask the head”. Student Services can do it from “Received”, and it leads to “At the faculty”.",
        ),
        ("+", "“Ask the head” now asks for “Comment”."),
        ("+", "“Ask the head” now also requires: Assess the severity first."),
        ("+", "With “Ask the head” the case now goes to Quality contact, otherwise Student Services."),
    ]


def test_a_renamed_state_is_told_once_and_its_moves_are_not(english, ntnu):
    case = ntnu.flows["case"]
    renamed = {"at_faculty": "with_faculty"}

    def called(names):
        return tuple(renamed.get(name, name) for name in names)

    states = {renamed.get(k, k): replace(s, name=renamed.get(k, k)) for k, s in case.states.items()}
    states["with_faculty"] = replace(states["with_faculty"], label={"en": "With the faculty"})
    moves = {
        name: replace(
            move, sources=called(move.sources), to=replace(move.to, state=renamed.get(move.to.state, move.to.state))
        )
        for name, move in case.transitions.items()
    }
    clocks = {name: replace(clock, start=called(clock.start)) for name, clock in case.clocks.items()}
    new = with_flow(ntnu, replace(case, states=states, transitions=moves, clocks=clocks))
    new = replace(new, migrate={"case": renamed})
    difference = compare(ntnu, new)
    assert difference.flows["case"].renamed == renamed
    assert not difference.flows["case"].transitions
    assert difference.changed_flows == {"case"}
    assert [text for _, text in told(ntnu, new)] == [
        "The state “At the faculty” becomes “With the faculty”; its cases stay in it.",
        "Open cases in “Case” go on under the new edition.",
        "Open cases in “At the faculty” move to “With the faculty”.",
    ]


def test_a_move_that_loses_one_state_does_not_lose_one_that_is_only_renamed(english, ntnu):
    case = ntnu.flows["case"]
    note = case.transitions["note"]
    assert {"received", "in_progress"} < set(note.sources)
    sources = tuple("handled" if name == "in_progress" else name for name in note.sources if name != "received")
    states = {("handled" if k == "in_progress" else k): s for k, s in case.states.items()}
    states["handled"] = replace(states["handled"], name="handled")
    moves = {**case.transitions, "note": replace(note, sources=sources)}
    new = with_flow(ntnu, replace(case, states=states, transitions=moves))
    new = replace(new, migrate={"case": {"in_progress": "handled"}})
    found = [text for _, text in told(ntnu, new) if "Write an internal note" in text]
    assert found == ["“Write an internal note” can no longer be done from “Received”."]


def test_the_whole_of_a_new_flow_is_told(english, ntnu):
    old = replace(ntnu, flows={"case": ntnu.flows["case"]})
    found = [text for _, text in told(old, ntnu)]
    for state in ntnu.flows["action"].states.values():
        assert any(state.label["en"] in text for text in found)
    for move in ntnu.flows["action"].transitions.values():
        assert any(f"“{move.label['en']}”" in text for text in found)
    assert "New: the deadline from “Add an action”, until the date in “Due”." in found


def test_an_order_that_matters_is_told(english, ntnu):
    report = ntnu.fields["recipients"]
    new = replace(
        ntnu, fields={**ntnu.fields, "recipients": replace(report, see=Several((Word("handler"), InRole("dean"))))}
    )
    assert told(ntnu, new) == [("~", "“Who should be informed?” can now be read only by the handler and dean.")]
    case = ntnu.flows["case"]
    new = with_flow(ntnu, replace(case, when=Is("area", frozenset({"hse"}))))
    assert told(ntnu, new) == [("~", "“Case” now takes new reports if the area is hse.")]
