"""Which words a redaction finds: whole ones, whatever their case and spacing, the longest first."""

import pytest

from app.workflow.redacting import MOST, pattern, words_in


@pytest.mark.parametrize(
    ("words", "text", "left"),
    [
        (["ann"], "Ann and Anna, joann, ann.", "X and Anna, joann, X."),
        (["ann lee", "ann"], "ann \n Lee met Ann.", "X met X."),
        (["C++"], "C++x and xC++", "Xx and xC++"),
        (["(x)"], "a(x)b", "aXb"),
        (["a.c"], "abc a.c", "abc X"),
        (["å"], "å på å", "X på X"),
        ([], "anything", "anything"),
    ],
)
def test_what_is_found(words, text, left):
    assert pattern(words).sub("X", text) == left


def test_words_are_taken_line_by_line():
    assert words_in("  Ann   Lee \n\nx\nab\nAnn Lee\n") == ["Ann Lee", "ab"]
    many = [f"word {number}" for number in range(MOST + 5)]
    assert words_in("\n".join(many)) == many[:MOST]
