"""What a state tells the reporter, with its placeholders filled in."""

import re

from app.i18n import say
from app.language.definition import Text
from app.routing.facts import CaseFacts
from app.workflow.words import in_time, notice, spoken

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
CLOCK = "due "


def told(facts: CaseFacts, lang: str) -> str:
    """Say what the state tells the reporter, with its placeholders filled in; what has no answer is left out."""
    return filled(facts.flow.states[facts.state].told, facts, lang)


def filled(text: Text, facts: CaseFacts, lang: str) -> str:
    """Say a text of the routine with its placeholders filled in."""
    return PLACEHOLDER.sub(lambda found: _fill(found[1], facts, lang), say(text, lang))


def in_every_language(text: Text, facts: CaseFacts) -> Text:
    """Give a text with its placeholders filled in, in each language that it has."""
    if not any("{" in each for each in text.values()):
        return text
    return {lang: filled(text, facts, lang) for lang in text}


def _fill(name: str, facts: CaseFacts, lang: str) -> str:
    if name.startswith(CLOCK):
        row = facts.clock(name.removeprefix(CLOCK))
        return in_time(row.due_at, facts.organisation.worktime, lang) if row is not None and row.due_at else ""
    if name == "state":
        return say(facts.flow.states[facts.state].label, lang)
    return notice(facts, lang) if name == "notice" else spoken(facts, name, lang)
