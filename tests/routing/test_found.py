"""Who is found, by which seats, after which steps, and whether somebody was missing on the way."""

from dataclasses import replace

import pytest

from app.language.parties import InField, InRole, NamedParty, Query, Several, Word
from app.language.plain import condition, party
from app.routing import exclusion
from app.routing.organisation import Row
from app.routing.parties import Found, Lookup
from app.routing.seats import Seat
from model import Part
from tests.routing.samples import (
    ANN,
    ANNEX,
    BEN,
    BLUE,
    CAT,
    DAN,
    EVE,
    LAB,
    RED,
    SAFETY,
    TEACHING,
    TODAY,
    TOP,
    facts,
    holding,
    organisation,
    subject,
)
from tests.workflow.town import routine

ROUTINE = routine("""
parties:
  helpers: [warden, contact]
flows:
  case:
    label: Case
    see: desk
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, description], optional: [unit, reporter, severity, keeper, keepers, place_of, like], assign: desk}
      close: {label: Close, from: open, to: shut, by: desk}
  job:
    label: Job
    part of: case
    see: owner
    states: {begun: {label: Begun}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: begun, by: desk, fields: [owner]}
      finish: {label: Finish, from: begun, to: done, by: owner}
fields:
  severity: {choices: {low: Low, high: High}}
  keeper: {type: person, label: Keeper}
  keepers: {type: person, many: true, label: Keepers}
  place_of: {type: unit, label: Another unit}
  like: {type: case, many: true, label: Like}
  owner: {}
""")
AWAY = [(TODAY, None)]
PLACE = organisation(
    holding(ANN, "contact", RED),
    holding(BEN, "contact", RED, deputy=True),
    holding(CAT, "warden", RED, SAFETY),
    holding(CAT, "desk", TOP),
    holding(DAN, "desk", TOP),
    holding(EVE, "boss", LAB),
    holding(DAN, "boss", BLUE),
    holding(DAN, "boss", RED),
)
PEOPLE = {"keeper": DAN, "keepers": [ANN, DAN], "place_of": "blue"}


def look(asked, *, place=PLACE, me=None, answers=None, others=(), **row):
    given = {"unit_id": RED, "area_id": TEACHING, "answers": {**PEOPLE, **(answers or {})}, **row}
    return Lookup(facts(ROUTINE, place, subject(**given), others=others), me).find(asked)


def step(role, unit, people=(), *, deputy=False, **more):
    return {
        "step": "role",
        "role": role,
        "unit": unit,
        "ok": True if people else None,
        "people": list(people),
        "deputy": deputy,
        **more,
    }


def shut(*people, **row):
    return {"excluded": exclusion.written([exclusion.person(each) for each in people]), **row}


def test_a_role_is_found_step_by_step_up_the_tree():
    contact = InRole("contact")
    seat = Seat("contact", RED)
    assert look(contact) == Found((ANN,), (seat,), (step("contact", RED, ["p11"]),))
    up = (step("contact", LAB), step("contact", RED, ["p11"]))
    assert look(contact, unit_id=LAB) == Found((ANN,), (seat,), up)
    gone = (step("contact", BLUE), step("contact", TOP))
    assert look(contact, unit_id=BLUE) == Found(steps=gone, fell=True)
    assert look(contact, unit_id=None) == Found(steps=(step("contact", TOP), step("contact", ANNEX)), fell=True)
    assert look(InRole("warden"), area_id=SAFETY) == Found(
        (CAT,), (Seat("warden", RED, SAFETY),), (step("warden", RED, ["p13"]),)
    )
    assert look(InRole("desk")).steps[-1] == step("desk", TOP, ["p13", "p14"])


def test_a_deputys_step_says_so():
    away = replace(PLACE, holdings=(holding(ANN, "contact", RED, away=AWAY), *PLACE.holdings[1:]))
    assert look(InRole("contact"), place=away).steps == (step("contact", RED, ["p12"], deputy=True),)


def test_whoever_is_shut_out_is_passed_over_and_the_step_says_so():
    contact, left = InRole("contact"), step("contact", RED, shut_out=True)
    assert look(contact, **shut(ANN)) == Found(steps=(left, step("contact", TOP)), fell=True)
    assert look(InRole("desk"), **shut(CAT)) == Found(
        (DAN,), (Seat("desk", TOP),), (step("desk", RED), step("desk", TOP, ["p14"], shut_out=True))
    )
    assert look(InRole("desk"), **shut(EVE)) == look(InRole("desk"))


@pytest.mark.parametrize(
    ("at", "unit", "found"),
    [
        ("nearest", LAB, [EVE]),
        ("nearest", BLUE, [DAN]),
        ("own", LAB, [EVE]),
        ("own", TOP, []),
        ("within", RED, [DAN, EVE]),
        ("within", TOP, [DAN, EVE]),
        ("within", None, [DAN, EVE]),
        ("within", BLUE, [DAN]),
        ("anywhere", BLUE, [DAN, EVE]),
        ("place_of", RED, [DAN]),
        ("keeper", RED, []),
    ],
)
def test_a_role_is_looked_up_where_it_is_asked_for(at, unit, found):
    query = Query(who=InRole("boss"), at=at)
    assert list(look(query, unit_id=unit).people) == found
    listed = Query(who=Several((InRole("boss"), NamedParty("helpers"))), at=at)
    assert look(listed, unit_id=unit).people[: len(found)] == tuple(found)


def test_a_role_everywhere_has_every_seat_once_and_takes_no_step():
    assert look(Query(who=InRole("boss"), at="anywhere")) == Found(
        (DAN, EVE), (Seat("boss", RED), Seat("boss", LAB), Seat("boss", BLUE))
    )
    assert look(Query(who=InRole("boss"), at="within"), unit_id=LAB) == Found((EVE,), (Seat("boss", LAB),))
    assert look(Query(who=InRole("boss"), at="own"), unit_id=TOP) == Found(steps=(step("boss", TOP),), fell=True)


@pytest.mark.parametrize(
    ("at", "unit", "found"),
    [
        ("nearest", LAB, {EVE}),
        ("own", RED, {ANN, BEN, CAT, EVE, DAN}),
        ("within", BLUE, {DAN}),
        ("within", None, set()),
        ("anywhere", BLUE, {ANN, BEN, CAT, DAN, EVE}),
        ("place_of", RED, {DAN}),
    ],
)
def test_everyone_with_a_role_at_a_place_or_under_it(at, unit, found):
    several = look(Query(at=at), unit_id=unit)
    assert set(several.people) == found
    assert several.seats == tuple(Seat(person=each) for each in several.people)
    assert set(look(Query(at=at), unit_id=unit, **shut(DAN)).people) == found - {DAN}


def test_where_a_person_belongs_is_a_place_too():
    assert look(Query(who=InRole("contact"), at="keeper"), answers={"keeper": ANN}, unit_id=BLUE).people == (ANN,)
    assert look(Query(who=InRole("boss"), at="keeper"), answers={"keeper": BEN}).people == (DAN,)
    assert look(Query(who=InRole("boss"), at="keepers"), answers={"keepers": [BEN, ANN]}).seats == (Seat("boss", BLUE),)
    assert look(Query(who=InRole("contact"), at="keeper"), answers={"keeper": None}).people == ()
    assert look(Query(who=InRole("boss"), at="place_of"), answers={"place_of": None}).fell


def test_people_in_fields_have_it_by_name_unless_they_are_shut_out_but_who_reported_never_is():
    assert look(InField("keepers")) == Found((ANN, DAN), (Seat(person=ANN), Seat(person=DAN)))
    assert look(InField("keepers"), **shut(ANN)) == Found((DAN,), (Seat(person=DAN),))
    assert look(InField("keepers"), **shut(ANN, DAN)) == Found(fell=True)
    for asked in (Word("reporter"), InField("reporter")):
        assert look(asked, reporter_id=EVE, **shut(EVE)).people == (EVE,)
    assert look(None) == look(Word("itself")) == Found()


def test_words_are_who_they_say():
    assert look(Word("anyone")) == Found(anyone=True)
    assert look(Word("me"), me=EVE) == Found((EVE,), (Seat(person=EVE),))
    assert look(Word("me")) == Found()
    assert look(Word("handler")) == look(Word("handler"), handler="") == Found()
    assert look(Word("handler"), handler=f"@{EVE}") == Found((EVE,), (Seat(person=EVE),))
    assert look(Word("handler"), handler=f"contact:{LAB}:") == Found((ANN,), (Seat("contact", LAB),))
    assert look(Word("handler"), handler=f"contact:{LAB}:", **shut(ANN)) == Found(fell=True)
    some = look(Word("handler"), handler=f"desk:{TOP}:", **shut(CAT))
    assert some == Found((DAN,), (Seat("desk", TOP),))


def test_somebody_is_in_it_or_everybody():
    def includes(asked, person):
        return Lookup(facts(ROUTINE, PLACE, subject(unit_id=RED, area_id=TEACHING))).includes(asked, person)

    assert [includes(InRole("contact"), who) for who in (ANN, BEN, None)] == [True, False, False]
    assert [includes(Word("anyone"), who) for who in (ANN, None)] == [True, True]
    assert [includes(None, who) for who in (ANN, None)] == [False, False]
    assert [bool(each) for each in (Found(), Found(anyone=True), Found((ANN,)), Found(fell=True))] == [
        False,
        True,
        True,
        False,
    ]


ROWS = (
    Row(1, condition({"area": "safety"}), InRole("warden")),
    Row(2, condition({"unit": "blue"}), InRole("contact")),
    Row(3, condition({"unit": "red"}), Query(first=(InRole("warden"), InRole("contact")))),
)
ROUTED = replace(PLACE, rows=ROWS)


def row(number, ok):
    return {"step": "row", "row": number, "ok": ok}


def test_routing_goes_by_the_first_row_that_fits():
    routing = Word("routing")
    found = look(routing, place=ROUTED, area_id=SAFETY)
    assert found == Found((CAT,), (Seat("warden", RED, SAFETY),), (row(1, True), step("warden", RED, ["p13"])))
    up = tuple(step("warden", unit) for unit in (RED, TOP))
    assert look(routing, place=ROUTED) == Found(
        (ANN,),
        (Seat("contact", RED),),
        (row(1, None), row(2, None), row(3, True), *up, step("contact", RED, ["p11"])),
        fell=True,
    )
    nobody = look(routing, place=ROUTED, unit_id=BLUE)
    assert nobody == Found(steps=(row(1, None), row(2, True), step("contact", BLUE), step("contact", TOP)), fell=True)
    none = {"step": "no_row", "ok": False}
    assert look(routing, place=ROUTED, unit_id=TOP) == Found(
        steps=(*(row(n, None) for n in (1, 2, 3)), none), fell=True
    )
    open_to_all = replace(PLACE, rows=(Row(1, condition({"unit": "red"}), Word("anyone")),))
    assert look(routing, place=open_to_all) == Found(steps=(row(1, True),), anyone=True)


def test_the_first_that_is_not_empty_is_told_with_those_before_it():
    up = tuple(step("warden", unit) for unit in (RED, TOP))
    contact = step("contact", RED, ["p11"])
    assert look(Query(first=(InRole("contact"), InRole("desk")))) == Found((ANN,), (Seat("contact", RED),), (contact,))
    fell = look(Query(first=(InRole("warden"), InField("owner"), InRole("contact"))))
    assert fell == Found((ANN,), (Seat("contact", RED),), (*up, contact), fell=True)
    assert look(Query(first=(InField("owner"), InRole("contact")))) == Found(
        (ANN,), (Seat("contact", RED),), (contact,)
    )
    assert look(Query(first=(InRole("warden"), Word("me")))) == Found(steps=up, fell=True)
    assert look(Query(first=(InField("owner"), Word("anyone")))) == Found(anyone=True)


def test_several_are_together_each_once():
    both = look(Several((InRole("contact"), InField("keepers"), InRole("contact"))))
    assert both.people == (ANN, DAN)
    assert both.seats == (Seat("contact", RED), Seat(person=ANN), Seat(person=DAN))
    assert both.steps == (step("contact", RED, ["p11"]),) * 2
    assert (both.anyone, both.fell) == (False, False)
    assert look(Several((InRole("contact"), Word("anyone")))).anyone
    assert look(Several((InRole("contact"), InRole("warden")))).fell
    assert look(NamedParty("helpers")).people == (ANN,)


def test_who_is_excepted_is_left_out_and_who_is_left_has_it_by_name():
    desk = InRole("desk")
    steps = (step("desk", RED), step("desk", TOP, ["p13", "p14"]))
    assert look(Query(who=desk, excepted=InField("keeper"))) == Found((CAT,), (Seat(person=CAT),), steps)
    assert look(Query(who=desk, excepted=InRole("contact"))) == look(desk)
    assert look(Query(who=desk, excepted=desk)) == Found(steps=steps, fell=True)
    assert look(Query(who=desk, excepted=Word("me")), me=DAN).people == (CAT,)
    assert look(Query(who=desk, when=condition({"severity": "high"}))) == Found()
    assert look(Query(who=desk, when=condition({"severity": "high"})), severity="high") == look(desk)


def test_anyone_but_some_is_everybody_else_also_among_several():
    anyone, desk = Word("anyone"), InRole("desk")
    but = Query(who=anyone, excepted=desk)
    assert look(but) == Found(anyone=True, but=frozenset({CAT, DAN}))
    assert [look(but).holds(each) for each in (CAT, DAN, EVE, None)] == [False, False, True, True]
    narrower = Query(who=but, excepted=Word("me"))
    assert look(narrower, me=EVE).but == {CAT, DAN, EVE}
    assert look(Several((but, narrower, InRole("contact"))), me=EVE).but == {CAT, DAN}
    assert look(Several((but, anyone))).but == frozenset()
    assert look(Query(first=(but, desk))) == look(but)
    assert look(Query(who=desk, excepted=but)) == look(desk)


def test_who_did_it_is_found_by_name():
    done = {"submit": {"at": 1, "by": [EVE]}, "close": {"at": 2, "by": [DAN, EVE]}}
    assert look(Query(did="close"), done=done) == Found((DAN, EVE), (Seat(person=DAN), Seat(person=EVE)))
    assert look(Query(did="close"), done=done, **shut(DAN)) == Found((EVE,), (Seat(person=EVE),))
    assert look(Query(did="anything"), done=done).people == (EVE, DAN)
    assert look(Query(did="close")) == Found()


def test_it_is_looked_for_in_the_whole_in_the_parts_and_in_joined_cases():
    parts = [subject(Part, flow="job", state="begun", owner_id=each) for each in (EVE, CAT, EVE)]
    owners = Query(who=InField("owner"), of="job")
    assert look(owners, parts=parts).people == (EVE, CAT)
    assert look(owners, parts=parts, **shut(EVE)) == Found((CAT,), (Seat(person=CAT),))
    assert look(owners) == Found()
    whole = subject(unit_id=RED, area_id=TEACHING, answers=PEOPLE, handler=f"@{DAN}")
    part = facts(ROUTINE, PLACE, subject(Part, flow="job", state="begun", whole=whole))
    contact = Lookup(part).find(Query(who=InRole("contact"), of="whole", at="place_of"))
    assert contact == Found(steps=(step("contact", BLUE), step("contact", TOP)), fell=True)
    assert Lookup(part).find(Query(who=Word("handler"), of="whole")).people == (DAN,)
    assert look(Query(who=Word("handler"), of="whole"), handler=f"@{DAN}") == Found()
    others = [subject(number=f"2026-{n}", handler=f"@{who}") for n, who in ((8, CAT), (9, EVE))]
    handlers = Query(who=Word("handler"), of="like")
    assert look(handlers, others=others, answers={"like": ["2026-9", "2026-8", "2026-1"]}).people == (EVE, CAT)
    assert look(handlers, others=others) == Found()


@pytest.mark.parametrize(
    ("asked", "so"),
    [
        ("reporter", True),
        ("contact", False),
        (["contact", "reporter"], True),
        ({"who": "reporter", "when": {"severity": "high"}}, True),
        ({"who": "reporter", "when": {"severity": "low"}}, False),
        ({"who": ["desk", "reporter"]}, True),
        ({"who": "contact", "when": {"severity": "high"}}, False),
        ({"did": "submit"}, False),
        ({"at": "within"}, False),
        ({"who": "reporter", "of": "whole"}, False),
        ({"who": "reporter", "did": "close"}, False),
        ({"first": ["reporter", "desk"]}, False),
    ],
)
def test_whether_the_reporter_is_in_it_though_nobody_knows_them(asked, so):
    found = Lookup(facts(ROUTINE, PLACE, subject(severity="high"))).names_reporter(party(asked))
    assert found == so
    assert Lookup(facts(ROUTINE, PLACE, subject())).names_reporter(InField("reporter"))
    assert not Lookup(facts(ROUTINE, PLACE, subject())).names_reporter(None)
