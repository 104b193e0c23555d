"""Files with a few places overwritten: by another part of them, by a word of the language, by noise."""

from hypothesis import strategies as st

WORDS = [
    "any",
    "new",
    "same",
    "back",
    "itself",
    "me",
    "routing",
    "state",
    "final",
    "whole",
    "only",
    "count",
    "true",
    "due",
]
SNIPPETS = (
    *WORDS,
    *("{}", "[]", "{a: b}", "[a, b]", "''", "case", "action", "&a ", "*a", "!x ", "\t", "\n"),
    *(": ", "- ", "{", "}", "[", "]"),
)


@st.composite
def mutated(draw_from, text):
    for _ in range(draw_from(st.integers(1, 4))):
        start = draw_from(st.integers(0, len(text)))
        length = draw_from(st.integers(0, 12))
        copied = draw_from(st.integers(0, len(text)))
        piece = draw_from(
            st.one_of(st.sampled_from(SNIPPETS), st.just(text[copied : copied + 15]), st.text(max_size=5))
        )
        text = text[:start] + piece + text[start + length :]
    return text
