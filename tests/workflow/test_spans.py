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
    ("kept", "nb", "nn", "en"),
    [
        ("1 hours", "1 time", "1 time", "1 hour"),
        ("2 hours", "2 timer", "2 timar", "2 hours"),
        ("1 days", "1 dag", "1 dag", "1 day"),
        ("2 days", "2 dager", "2 dagar", "2 days"),
        ("1 working days", "1 arbeidsdag", "1 arbeidsdag", "1 working day"),
        ("2 working days", "2 arbeidsdager", "2 arbeidsdagar", "2 working days"),
        ("1 weeks", "1 uke", "1 veke", "1 week"),
        ("2 weeks", "2 uker", "2 veker", "2 weeks"),
        ("1 months", "1 måned", "1 månad", "1 month"),
        ("2 months", "2 måneder", "2 månader", "2 months"),
        ("1 years", "1 år", "1 år", "1 year"),
        ("2 years", "2 år", "2 år", "2 years"),
    ],
)
def test_one_and_several_of_each_unit_are_told_and_read_in_each_language(kept, nb, nn, en):
    assert [spans.in_words(kept, language) for language in ("nb", "nn", "en", "se")] == [nb, nn, en, en]
    assert {spans.read(words) for words in (nb, nn, en)} == {kept}


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
