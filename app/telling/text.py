"""Words in a picture: how wide they are, and where they break."""

from collections.abc import Sequence

BOX = 150
"""Width of a box."""
LETTER = 6.7
"""Width of a letter of the small text, on the safe side."""
LINE = 15
"""Height of a line of the small text."""
MOST = 3
"""Lines an arrow may have."""
IN_BOX, BESIDE, BETWEEN = 19, 26, 15
"""Letters on a line: in a box, along an arrow, and between two boxes."""


def wrapped(text: str, letters: int = IN_BOX) -> list[str]:
    """Break the text between words, and inside a word that is too long for a line of its own."""
    lines: list[str] = []
    for word in text.split():
        for part in (word[start : start + letters] for start in range(0, len(word), letters)):
            if lines and len(lines[-1]) + 1 + len(part) <= letters:
                lines[-1] += f" {part}"
            else:
                lines.append(part)
    return lines or [""]


def lines_of(labels: Sequence[str], *, narrow: bool = False) -> list[str]:
    """Give an arrow's words: one label broken into lines, or several with a line each and how many more there are."""
    letters = BETWEEN if narrow else BESIDE
    if len(labels) == 1:
        while narrow and letters < BESIDE and len(wrapped(labels[0], letters)) > 2:  # noqa: PLR2004 - beside a line
            letters += 1
        return _cut(wrapped(labels[0], letters), letters)
    lines = [_short(label, letters) for label in labels]
    return lines if len(lines) <= MOST else [*lines[: MOST - 1], f"+{len(lines) - MOST + 1}"]


def _cut(lines: list[str], letters: int) -> list[str]:
    if len(lines) <= MOST:
        return lines
    return [*lines[: MOST - 1], _short(f"{lines[MOST - 1]}…", letters)]


def _short(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1].rstrip()}…"
