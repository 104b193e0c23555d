"""Answers in words: what each kind of field says in each language."""

from datetime import date

import pytest

from app.workflow import words
from model import Person

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [on, long, cost, hurt, kind, several, keeper, chosen], assign: contact}
      lose: {label: Lose, from: open, to: same, by: desk, assign: desk}
      close: {label: Close, from: open, to: shut, by: desk}
fields:
  on: {label: On, type: date}
  long: {label: Long, type: length}
  cost: {label: Cost, type: number}
  hurt: {label: Hurt, type: tick}
  kind: {label: Kind, choices: {machine: Machine, people: {label: People, choices: {tired: Tired, lost: {label: Lost, choices: {way: The way}}}}}}
  several: {label: Several, many: true, choices: {a: First, b: Second}}
  keeper: {label: Keeper, type: person}
  chosen: {label: Chosen, type: person, choices: desk}
"""


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


@pytest.fixture
def facts(town):
    return town.facts(town.report())


@pytest.mark.parametrize(
    ("field", "value", "en", "nb"),
    [
        *((name, empty, "", "") for name in ("cost", "kind") for empty in (None, "", [], False)),
        ("hurt", True, "Yes", "Ja"),
        ("unit", "red_lab", "Red lab", "Red lab"),
        ("unit", "no such unit", "no such unit", "no such unit"),
        ("area", "safety", "Safety", "Safety"),
        ("area", "no such area", "no such area", "no such area"),
        ("on", "2026-12-04", "4 December 2026", "4. desember 2026"),
        ("long", "2 weeks", "2 weeks", "2 uker"),
        ("cost", "12.5", "12.5", "12,5"),
        ("kind", "machine", "Machine", "Machine"),
        ("kind", "tired", "Tired", "Tired"),
        ("kind", "way", "The way", "The way"),
        ("kind", "no such choice", "", ""),
        ("several", ["a", "b"], "First, Second", "First, Second"),
        ("description", "1.5 text", "1.5 text", "1.5 text"),
        ("no such field", "1.5 text", "1.5 text", "1.5 text"),
        ("papers", {"file": 1, "name": "a.pdf"}, "a.pdf", "a.pdf"),
        ("papers", {"file": 1}, "", ""),
        ("papers", {"forgotten": True}, "Erased", "Slettet"),
    ],
)
def test_an_answer_in_words(facts, field, value, en, nb):
    assert [words.in_words(facts, field, value, language) for language in ("en", "nb")] == [en, nb]


def test_what_is_said_in_nynorsk(facts):
    assert words.in_words(facts, "papers", {"forgotten": True}, "nn") == "Sletta"
    assert words.in_words(facts, "hurt", True, "nn") == "Ja"
    assert words.in_day(date(2026, 5, 1), "nn") == "1. mai 2026"


def test_a_present_answer_is_spoken(facts):
    assert (words.spoken(facts, "area", "en"), words.spoken(facts, "cost", "en")) == ("Teaching", "")
    assert words.spoken(facts, "handler", "en") == "Rita"


def test_a_text_in_a_language_it_lacks_is_said_in_its_first():
    assert words.say({"nb": "Ja", "en": "Yes"}, "en") == "Yes"
    assert words.say({"nb": "Ja", "en": "Yes"}, "se") == "Ja"
    assert words.say({"nb": "Ja", "en": ""}, "en") == "Ja"
    assert words.say({}, "en") == ""


def test_the_end_of_a_day_is_told_by_the_day_alone(town):
    worktime = town.context.organisation.worktime
    end = worktime.end_of(date(2026, 3, 5))
    told = {language: words.in_time(end, worktime, language) for language in ("nb", "nn", "en")}
    assert told == {"nb": "5. mars 2026", "nn": "5. mars 2026", "en": "5 March 2026"}
    told = {language: words.in_time(town.now, worktime, language) for language in ("nb", "nn", "en")}
    assert told == {
        "nb": "2. mars 2026 kl. 09.00",
        "nn": "2. mars 2026 kl. 09.00",
        "en": "2 March 2026 at 09.00",
    }


def test_a_guest_is_told_by_the_address_where_somebody_named_them_by_it(town):
    guest = Person(name="guest", label="", mail="guest@else.example", guest=True, unit_id=1)
    town.session.add(guest)
    town.session.flush()
    facts = town.facts(town.report())
    assert words.in_words(facts, "keeper", guest.id, "en") == "guest@else.example"
    for field in ("reporter", "chosen"):
        assert "@" not in words.in_words(facts, field, guest.id, "en")
    assert words.in_words(facts, "keeper", town.people["rita"], "en") == "Rita"


def test_a_function_is_named_by_its_only_holder_else_by_role_and_unit(town):
    case = town.report(unit="blue")
    seat = town.facts(case)
    assert words.seat_in_words(seat, case.handler, "en") == "Bill"
    assert words.seat_in_words(seat, f"@{town.people['olga']}", "en") == "Olga"
    top = seat.organisation.unit_by_name["top"].id
    assert words.seat_in_words(seat, f"desk:{top}:", "en") == "Desk Top"
    assert words.seat_in_words(seat, "warden::", "en") == "Warden"


def test_choices_are_told_with_those_above_them(facts):
    found = list(words.flattened(facts.routine.fields["kind"].choices, "en"))
    assert found == [
        ("machine", "Machine"),
        ("people", "People"),
        ("tired", "People – Tired"),
        ("lost", "People – Lost"),
        ("way", "People – Lost – The way"),
    ]
