"""What a state tells: placeholders filled in, in each language, with nothing where there is no answer."""

import pytest

from app.workflow import told

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states:
      open: {label: Open, told: "{state}: {area} by {due answer}{due other}{due none}{cost} {notice}!"}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [cost], assign: desk}
      close: {label: Close, from: open, to: shut, by: desk}
    clocks:
      answer: {start: submit, runs: 3 days}
      other: {start: close, runs: 3 days}
      none: {start: submit, runs: cost}
fields:
  cost: {type: length, label: Cost}
"""


@pytest.fixture
def facts(settle):
    town = settle(ROUTINE)
    return town.facts(town.report())


def test_placeholders_are_filled_in(facts):
    assert told.told(facts, "en") == "Open: Teaching by 5 March 2026 !"


def test_a_text_is_filled_in_in_each_language_it_has(facts):
    text = {"en": "In {area}", "nb": "I {area}"}
    assert told.in_every_language(text, facts) == {"en": "In Teaching", "nb": "I Teaching"}
    plain = {"en": "Hello", "nb": "Hei"}
    assert told.in_every_language(plain, facts) is plain
    assert told.in_every_language({"en": "Hello", "nb": "Hei {area}"}, facts) == {"en": "Hello", "nb": "Hei Teaching"}
