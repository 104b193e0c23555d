"""A move's form, generated from the routine: which fields, of which kind, with which choices, and its sentences."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    EmailField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)

from app import forms
from app.workflow.evaluator import may
from tests.workflow.conftest import settle, sqlite_empty, sqlite_town  # noqa: F401 - a town on SQLite

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, description], optional: [unit], assign: desk}
      ask:
        label: Ask
        from: open
        to: same
        by: desk
        fields: [description, title, severity, grade, due_on, at_what_time, amount, patience, agreed]
        optional: [helper, helpers, unit, area, why, faculty_only]
      end: {label: End, from: open, to: shut, by: desk, fields: [comment], guards: [asked]}
guards:
  asked: {needs: {done: ask}, says: Ask first.}
fields:
  severity: {choices: {low: Low, high: High}}
  grade: {label: Grade, choices: {a: A, b: B, c: C, d: D, e: E, f: F, g: G}}
  at_what_time: {type: time, label: At what time}
  amount: {type: number, label: Amount}
  patience: {type: length, label: Patience}
  agreed: {type: tick, label: Agreed, help: Tick when all agree.}
  helper: {type: person, label: Helper, choices: [desk, contact]}
  helpers: {type: person, many: true, label: Helpers, choices: desk}
  why: {type: text, label: Why, when: {severity: high}}
  faculty_only: {type: unit, choices: faculty, label: Faculty}
"""

KINDS = {
    "description": TextAreaField,
    "title": StringField,
    "severity": RadioField,
    "grade": SelectField,
    "due_on": DateField,
    "at_what_time": TimeField,
    "amount": DecimalField,
    "patience": StringField,
    "agreed": BooleanField,
    "helper": SelectField,
    "helpers": SelectMultipleField,
    "unit": SelectField,
    "area": SelectField,
    "faculty_only": SelectField,
}


@pytest.fixture
def town(settle, small_house):  # noqa: F811
    """A town, inside a request: labels are in the reader's language."""
    with small_house.test_request_context():
        yield settle(ROUTINE)


def built(town, name, sent=None, who="dora"):
    case = town.report(severity=None)
    facts = town.facts(case)
    data = None if sent is None else MultiDict(sent)
    return forms.build(town.context, facts, facts.flow.transitions[name], town.actor(who), "en", data)


def values(field):
    return [value for value, _ in field.choices]


def test_each_field_is_of_its_kind_in_declared_order(town):
    form = built(town, "ask")
    assert [each.name for each in form] == list(KINDS)
    for name, kind in KINDS.items():
        assert type(form[name]) is kind, name


def test_what_must_be_answered_is_marked_and_the_rest_may_be_empty(town):
    form = built(town, "ask")
    assert {each.name for each in form if (each.render_kw or {}).get("required")} == set(list(KINDS)[:9])
    assert values(form["unit"])[0] == ""
    assert values(form["severity"]) == ["low", "high"]


def test_people_are_those_the_party_finds_for_this_case(town):
    form = built(town, "ask")
    expected = [str(town.people[name]) for name in ("dirk", "dora", "rita")]
    assert values(form["helper"]) == ["", *expected]
    assert values(form["helpers"]) == [str(town.people[name]) for name in ("dirk", "dora")]


def test_units_are_of_the_kind_that_is_asked(town):
    form = built(town, "ask")
    assert values(form["faculty_only"]) == ["", "red", "blue"]
    assert values(form["unit"]) == ["", "top", "red", "red_lab", "blue"]


def test_the_present_answer_is_shown_and_texts_are_written_anew(town):
    form = built(town, "ask")
    assert form["unit"].data == "red"
    assert form["area"].data == "teaching"
    assert not form["description"].data


def test_a_field_appears_with_the_answer_that_calls_for_it(town):
    assert "why" not in built(town, "ask")
    assert "why" in built(town, "ask", {"severity": "high"})
    assert "why" not in built(town, "ask", {"severity": "low"})


def test_visitors_write_an_address_where_a_person_is_asked(town):
    facts = town.context.facts_of_new("case", {})
    form = forms.build(town.context, facts, facts.flow.transitions["submit"], town.actor(None), "en")
    assert type(form["reporter"]) is EmailField


def test_typed_answers_are_handed_on_as_they_were_typed(town):
    sent = [
        ("severity", "high"),
        ("agreed", "y"),
        ("helpers", "1"),
        ("helpers", "2"),
        ("due_on", "soon"),
        ("title", "T"),
    ]
    answers = forms.answers(built(town, "ask", sent))
    assert answers["severity"] == "high"
    assert answers["agreed"] is True
    assert answers["helpers"] == ["1", "2"]
    assert answers["due_on"] == "soon"
    assert answers["grade"] == ""
    assert forms.answers(built(town, "ask", {"x": "1"}))["agreed"] is False


def test_each_refusal_stands_at_its_field_and_in_the_summary(town):
    sent = {
        "severity": "huge",
        "due_on": "soon",
        "amount": "many",
        "patience": "5 days",
        "title": "T",
        "description": "D",
    }
    form = built(town, "ask", sent)
    case = town.cases()[-1]
    verdict = may(town.facts(case), "ask", town.actor("dora"), forms.answers(form))
    summary = dict(forms.explain(form, verdict.refusals, "en"))
    assert list(summary) == ["severity", "grade", "due_on", "at_what_time", "amount", "agreed"]
    for name, sentence in summary.items():
        assert sentence in form[name].errors
        assert str(form[name].label.text) in sentence
    assert summary["due_on"] != summary["grade"]


def test_a_guards_sentence_is_told_last(town):
    form = built(town, "end", {"comment": ""})
    verdict = may(town.facts(town.cases()[-1]), "end", town.actor("dora"), forms.answers(form))
    assert forms.explain(form, verdict.refusals, "en")[-1] == ("guards", "Ask first.")


def test_a_tick_explains_itself(town):
    assert built(town, "ask")["agreed"].description == "Tick when all agree."
