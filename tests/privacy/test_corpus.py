"""Faults F12 and F13: recall and false alarms over sentences as students would write them."""

import re
from collections import Counter
from pathlib import Path

import pytest

from app.privacy import KINDS, find

MARKED = re.compile(rf"\{{({'|'.join(KINDS)}):(.+?)\}}(?!\}})", re.DOTALL)
SENTENCES = [
    line.replace("\\n", "\n")
    for line in (Path(__file__).parent / "corpus.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("# ")
]
NEEDED = {"national_id": 1.0, "email": 0.98, "phone": 0.98, "name": 0.6}
"""Share of each kind that must be found, wholly and as what it is."""


def expected(sentence):
    """The sentence without its marks, and what must be found in it as (kind, words)."""
    return MARKED.sub(r"\2", sentence), [(match[1], match[2]) for match in MARKED.finditer(sentence)]


def found_in(text):
    return [(finding.kind, text[finding.start : finding.end]) for finding in find(text)]


@pytest.fixture(scope="module")
def measured():
    """How many of each kind stand in the corpus, and how many of these are found."""
    there, found = Counter(), Counter()
    for sentence in SENTENCES:
        text, wanted = expected(sentence)
        there.update(kind for kind, _ in wanted)
        found.update(kind for kind, _ in (Counter(wanted) & Counter(found_in(text))).elements())
    return there, found


def test_f12_the_corpus_is_large_enough_to_tell(measured):
    there, _ = measured
    assert len(SENTENCES) >= 300
    assert {kind: count >= 30 for kind, count in there.items()} == dict.fromkeys(NEEDED, True)


@pytest.mark.parametrize("kind", NEEDED)
def test_f12_enough_of_each_kind_is_found(measured, kind):
    there, found = measured
    assert found[kind] / there[kind] >= NEEDED[kind]


@pytest.mark.parametrize("kind", [kind for kind in NEEDED if kind != "national_id"])
def test_f13_no_sentence_about_something_else_raises_an_alarm(kind):
    ordinary = [sentence for sentence in SENTENCES if not expected(sentence)[1]]
    assert len(ordinary) >= 120
    assert [text for text in ordinary if kind in dict(found_in(text))] == []


def test_f13_nothing_is_stopped_that_holds_no_identity_number():
    ordinary = [text for text, wanted in map(expected, SENTENCES) if "national_id" not in dict(wanted)]
    assert [text for text in ordinary if any(finding.block for finding in find(text))] == []


def test_f13_what_is_found_is_what_is_marked():
    assert [
        (text, extra)
        for text, wanted in map(expected, SENTENCES)
        if (extra := [each for each in found_in(text) if each not in wanted and each[0] != "account"])
    ] == []
