"""What a move's pages say in the routine's own words: rows among the texts, named after the move.

`submit_page` stands above the form of `submit`, `submit_receipt` on its receipt, and `submit_area` asks its question
`area`. Where there is no such row the move's label and the question's label and help are said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.language.definition import Routine, Transition
from app.outbox.compose import expand, plain
from app.routing.organisation import Organisation
from app.workflow.words import say

PAGE, RECEIPT = "page", "receipt"
BETWEEN = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Box:
    """One thing to know before the first question."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Wording:
    """A heading (or question) and the text under it, which holds no placeholders: nothing is known yet."""

    heading: str
    text: str

    @property
    def lead(self) -> str:
        """The text's first block."""
        return self._blocks()[0]

    @property
    def boxes(self) -> list[Box]:
        """The blocks after the first; the first line of one with several is its heading."""
        split = (block.partition("\n") for block in self._blocks()[1:])
        return [Box(first, rest.strip()) if rest else Box("", first) for first, _, rest in split]

    def _blocks(self) -> list[str]:
        return [block.strip() for block in BETWEEN.split(self.text) if block.strip()] or [""]


def named(transition: str, what: str) -> str:
    """Give the name of the row that says it."""
    return f"{transition}_{what}"


def found(organisation: Organisation, transition: str, what: str, language: str) -> Wording | None:
    """Give what the routine says of PAGE, RECEIPT or a question of the move; None where it says nothing of its own."""
    row = organisation.texts.get(named(transition, what))
    if row is None:
        return None
    heading, text = (expand(plain(say(part, language)), {}).strip() for part in row)
    return Wording(" ".join(heading.split()), text)


def possible(routine: Routine) -> Iterator[tuple[Transition, str]]:
    """Give all that can be said of moves that begin a case: the page, the receipt and each question."""
    whole = (flow for flow in routine.flows.values() if not flow.part_of)
    beginnings = {move.name: move for flow in whole for move in flow.transitions.values() if move.creates}
    for move in beginnings.values():
        for what in (PAGE, RECEIPT, *move.asked):
            yield move, what
