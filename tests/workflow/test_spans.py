"""Lengths of time in each language, kept in one."""

import pytest

from app.workflow import spans


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("3 working days", "3 working days"),
        ("3 arbeidsdager", "3 working days"),
        ("1 Arbeidsdag", "1 working days"),
        ("2 veker", "2 weeks"),
        ("24timer", "24 hours"),
        ("6  måneder ", "6 months"),
        ("10 år", "10 years"),
    ],
)
def test_it_is_read_in_any_language(typed, kept):
    assert spans.read(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "3", "days", "0 days", "-1 days", "3 fortnights", "1.5 days", "101 years", "٣ days"]
)
def test_what_is_no_length_is_refused(typed):
    assert spans.read(typed) is None


@pytest.mark.parametrize(
    ("kept", "language", "words"),
    [
        ("1 working days", "en", "1 working day"),
        ("2 weeks", "nb", "2 uker"),
        ("2 weeks", "nn", "2 veker"),
        ("x", "en", "x"),
    ],
)
def test_it_is_told_in_the_readers_language(kept, language, words):
    assert spans.in_words(kept, language) == words
