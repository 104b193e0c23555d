"""What somebody who is held to some fields of a case reads on its page."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

from app.access import Viewer
from app.i18n import language, say
from app.language.definition import Field
from app.language.standard import READ_ONLY
from app.routing.facts import CaseFacts
from app.web.story import AT_TOP, HAVE_A_PLACE, HAVE_A_SECTION, Pairs, answered
from app.workflow.told import told
from app.workflow.words import spoken


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What the state tells, and the answers that stand: short ones, and texts."""

    told: str
    short: Pairs
    texts: Pairs

    def __bool__(self) -> bool:
        """Whether there is anything to read."""
        return bool(self.told or self.short or self.texts)


def glimpsed(facts: CaseFacts, viewer: Viewer, apart: Container[str]) -> Glimpse:
    """Give what the routine's `only` opens, in its order, but for the fields `apart` and those at the page's top."""
    names = () if viewer.fully(facts) else viewer.held(facts)
    said = told(facts, language()) if "told" in names else ""
    label = say(facts.flow.states[facts.state].label)
    short, texts = answered(_read(facts, [name for name in names if name not in apart]))
    return Glimpse(said if said != label else "", short, texts)


def _read(facts: CaseFacts, names: list[str]) -> Iterator[tuple[Field, str]]:
    """Give each field that the page shows nowhere else, and its answer in words."""
    for name in names:
        field = facts.routine.fields.get(name)
        if field is None or name in HAVE_A_PLACE or name in READ_ONLY or field.type in AT_TOP | HAVE_A_SECTION:
            continue
        if words := spoken(facts, name, language()):
            yield field, words
