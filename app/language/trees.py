"""Choices within choices: an answer counts as every choice it lies under."""

from collections.abc import Iterator

from app.language.definition import Choice, Field


def line(field: Field | None, answer: str) -> tuple[str, ...]:
    """Give the answer and the choices above it, nearest first; the answer alone where there is no tree."""
    above = _above(field)
    found = [answer]
    while found[-1] in above:
        found.append(above[found[-1]])
    return tuple(found)


def spread(field: Field | None, names: frozenset[str]) -> frozenset[str]:
    """Give the choices and all those under them: every answer that counts as one of the names."""
    return names.union(each for each in _above(field) if names.intersection(line(field, each)))


def _above(field: Field | None) -> dict[str, str]:
    return dict(_pairs(field.choices)) if field is not None and isinstance(field.choices, tuple) else {}


def _pairs(choices: tuple[Choice, ...]) -> Iterator[tuple[str, str]]:
    for choice in choices:
        yield from ((below.name, choice.name) for below in choice.choices)
        yield from _pairs(choice.choices)
