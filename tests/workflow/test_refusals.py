"""Whom a page names when a routine speaks of a party, and with which sentence something is refused."""

from dataclasses import replace

import pytest

from app.i18n import force_locale
from app.web.here import context
from app.workflow.evaluator import Refusal, blocked
from app.workflow.refusals import of_field, of_party, sentences
from tests.house import fill, make_app


@pytest.fixture
def told(tmp_path):
    url = f"sqlite:///{tmp_path / 'house.db'}"
    fill(url, tmp_path, "uio-si-fra")
    app = make_app(url, tmp_path)
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        yield lambda name: of_party(name, context().facts_of_new("red", {}))


def test_a_named_party_is_told_by_its_members_and_a_field_by_its_label(told):
    assert told("reporter") == "the reporter"
    assert told("informed_reporter") == "the reporter"
    assert told("formal_owner") == "Head of department, Dean, University director"
    assert told("subject") == "those named in “The person concerned”"
    assert told("handler, informed_reporter") == "the handler, the reporter"
    assert told("audit") == "Internal audit"


def test_whoever_did_something_is_told_by_what_they_did(small_house):
    with small_house.test_request_context("/", headers={"Accept-Language": "en"}):
        facts = context().facts_of_new("case", {})
        assert of_party("former", facts) == "whoever did “Accept for handling”"


ROUTINE = """
parties:
  others: {who: {did: submit}, except: handler}
  tried: {first: [contact, desk]}
  either: [handler, reporter]
  narrowed: {who: contact, when: {area: safety}}
  worked: {did: note}
flows:
  case:
    label: Case
    see: [reporter, desk, contact, boss]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [keeper], assign: desk}
      note: {label: Note it, from: open, to: same, by: desk, fields: [comment], guards: [known]}
      both: {label: Both, from: open, to: shut, by: [desk, boss], together: each}
guards:
  known: {needs: {keeper: filled}, says: Say who keeps it.}
fields:
  keeper: {label: Keeper, type: person}
"""


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("reporter", "the reporter"),
        ("handler", "the handler"),
        ("owner", "the person responsible"),
        ("new_handler", "the new handler"),
        ("recipients", "those you choose"),
        ("query", "others"),
        ("contact", "Contact"),
        ("keeper", "those named in “Keeper”"),
        ("both", "the others who must answer"),
        ("unknown", "unknown"),
        ("others", "whoever did “Report”"),
        ("worked", "whoever did “Note it”"),
        ("tried", "Contact"),
        ("narrowed", "Contact"),
        ("either", "the handler, the reporter"),
        ("either, handler, desk", "the handler, the reporter, Desk"),
    ],
)
def test_how_a_party_is_named(town, name, said):
    facts = town.facts(town.report())
    with force_locale("en"):
        assert of_party(name, facts) == said


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("missing", "Fill in “X”."),
        ("personal_data", "“X” holds a national identity number. Remove it before you send."),
        ("no_case", "“X”: no such case. Check the number."),
        ("same_case", "“X”: a case can't be joined to itself."),
        ("invalid", "“X” can't be read. Check what you wrote or chose."),
        ("gone", "A file you chose earlier in “X” is no longer kept. Choose it again."),
        ("too_big", "“X” is too much: at most 10 files of 10 MB each."),
        ("moving_picture", "“X”: a moving picture can't be kept. Choose a still one."),
        ("of old", "X"),
    ],
)
def test_what_is_wrong_with_an_answer(reason, said):
    with force_locale("en"):
        assert of_field(Refusal("field", "x", reason), "X") == said


def test_a_refusal_is_said_in_each_language_of_the_routine(town, small_house):
    case = town.report()
    context = town.context
    found = replace(context.routine, languages=("nb", "en"))

    def said(refusal):
        with small_house.app_context():
            return list(sentences(refusal, found, context))

    [guard] = blocked(town.facts(case), "note")
    assert said(guard) == ["Say who keeps it."] * 2
    assert said(replace(guard, says={"en": "Say who.", "nb": "Si hvem."})) == ["Si hvem.", "Say who."]
    assert said(Refusal("field", "keeper", "missing")) == ["Fyll ut «Keeper».", "Fill in “Keeper”."]
    nobody = said(Refusal("empty", "boss", "red"))
    assert len(nobody) == 2
    assert nobody[1] == (
        "Boss must approve, but too few have that role at Red. An administrator can give it to somebody."
    )
    assert "at the whole institution." in said(Refusal("empty", "boss", "nowhere"))[1]
    assert said(Refusal("state", "not offered")) == said(Refusal("who", "not offered")) == []
