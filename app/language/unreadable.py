"""What the reader of YAML complains of, in words: what it met, and what usually is the matter."""

from app.language.said import Said, said

LOOK_AROUND = said("look at the indentation, the brackets and the quotes around here")
NO_SIGN = said("no tabs, and text that begins with a sign stands in quotes")
COLON_IN_TEXT = said("text that holds a colon stands in quotes")
COLON_AFTER_NAME = said("a name is followed by a colon and a space")
CLOSING = said("a bracket or a quote that was opened must be closed")
WITH_SPACES = said("indent with spaces")
A_TAB = said("found a tab character where an indentation space is expected")
SIGN = said("a sign that has a meaning of its own in YAML")

PROBLEMS: dict[str, tuple[Said, Said]] = {
    "found character that cannot start any token": (said("found character that cannot start any token"), NO_SIGN),
    "mapping values are not allowed in this context": (
        said("mapping values are not allowed in this context"),
        COLON_IN_TEXT,
    ),
    "mapping keys are not allowed in this context": (said("mapping keys are not allowed in this context"), NO_SIGN),
    "could not find expected ':'": (said("could not find expected ':'"), COLON_AFTER_NAME),
    "did not find expected key": (said("did not find expected key"), LOOK_AROUND),
    "did not find expected ',' or ']'": (said("did not find expected ',' or ']'"), LOOK_AROUND),
    "did not find expected ',' or '}'": (said("did not find expected ',' or '}'"), LOOK_AROUND),
    "did not find expected '-' indicator": (said("did not find expected '-' indicator"), LOOK_AROUND),
    "did not find expected node content": (said("did not find expected node content"), LOOK_AROUND),
    "block sequence entries are not allowed in this context": (
        said("block sequence entries are not allowed in this context"),
        LOOK_AROUND,
    ),
    "found unexpected end of stream": (said("found unexpected end of stream"), CLOSING),
    "found unexpected ':'": (said("found unexpected ':'"), COLON_IN_TEXT),
    "found unexpected document indicator": (said("found unexpected document indicator"), CLOSING),
    "did not find expected <document start>": (said("did not find the beginning of the document"), LOOK_AROUND),
    "found unknown escape character": (
        said("found unknown escape character"),
        said("in text between double quotes, a backslash is written twice"),
    ),
    "found a tab character where an indentation space is expected": (A_TAB, WITH_SPACES),
    "found a tab character that violates indentation": (A_TAB, WITH_SPACES),
}
SIGNS = (
    *(
        "directive",
        "tag",
        "URI",
        "alphabetic",
        "version number",
        "YAML document",
        "whitespace",
        "comment",
        "'!'",
        "'>'",
    ),
    *("hexdecimal", "escape", "indentation"),
)
"""Words in the reader's rarer complaints, all about a sign that nobody here means: % ! & * | > and the like."""


def in_words(problem: str) -> tuple[Said, Said]:
    """What the reader met and a hint, for its own words about it."""
    if any(word in problem for word in SIGNS) and problem not in PROBLEMS:
        return SIGN, NO_SIGN
    return PROBLEMS.get(problem, (said("it can't be read"), LOOK_AROUND))
