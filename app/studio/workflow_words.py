"""The things of a routine's text as people read them, also where the text isn't right yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.change.editing import flow_of, texts
from app.change.editing_text import Value
from app.i18n import gettext, say
from app.language import plain
from app.language.standard import EVERY_STANDARD
from app.language.times import length, moment
from app.studio.workflow_desk import Desk
from app.telling.lengths import length_in_words, moment_in_words
from app.telling.names import listed, spelled
from app.telling.teller import capital
from app.telling.words import condition_in_words, party_in_words

PEOPLE = tuple(name for name, field in EVERY_STANDARD.items() if field.type == "person")


def strings(value: Value | None) -> list[str]:
    """The plain words of a value: one word, or those of a list."""
    if isinstance(value, str):
        return [value]
    return [] if value is None or isinstance(value, Mapping) else [each for each in value if isinstance(each, str)]


def others(value: Value | None) -> list[Value]:
    """What isn't a plain word: a map, or those of a list."""
    if value is None or isinstance(value, str):
        return []
    return [value] if isinstance(value, Mapping) else [each for each in value if not isinstance(each, str)]


@dataclass(frozen=True)
class Said:
    """Says the things of one flow."""

    desk: Desk
    flow: str

    def state(self, name: str) -> str:
        """What a state is called, and the words that may stand for one."""
        words = {
            "new": gettext("a new case"),
            "any": gettext("every state that isn't finished"),
            "same": gettext("stays where it is"),
            "back": gettext("back to where it was"),
        }
        return words.get(name) or self.desk.label("flows", self.flow, "states", name)

    def way(self, move: str) -> str:
        """Where a move goes from and to."""
        path = ("flows", self.flow, "transitions", move)
        starts, to = strings(self.desk.value(*path, "from")), self.desk.value(*path, "to")
        end = self.state(to) if isinstance(to, str) else flow_of(to)
        return f"{', '.join(capital(self.state(each)) for each in starts) or '–'} → {end or '–'}"

    def who(self, value: Value | None) -> str:
        """Who a party is, as the beginning of a sentence."""
        return capital(self.party(value))

    def party(self, value: Value | None) -> str:
        """Who a party is."""
        if value == "itself":
            return gettext("Nobody: it happens by itself")
        if value is None:
            return ""
        routine = self.desk.routine
        people = [name for name, field in routine.fields.items() if field.type == "person"]
        try:
            party = plain.party(value, fields=people, parties=self.desk.document.names("parties"))
            return party_in_words(party, routine, self.desk.names, self.desk.flow(self.flow))
        except (ValueError, KeyError):
            return flow_of(value)

    def condition(self, value: Value | None) -> str:
        """What must hold."""
        if value is None:
            return ""
        try:
            found = plain.condition(value)
            return capital(condition_in_words(found, self.desk.routine, self.desk.names, self.desk.flow(self.flow)))
        except (ValueError, KeyError):
            return flow_of(value)

    def guard(self, name: str) -> str:
        """The sentence of a requirement."""
        return say(texts(self.desk.document, "guards", name, "says")) or spelled(name)

    def short(self, guard: str) -> str:
        """The first sentence of a requirement."""
        return self.guard(guard).split(". ")[0].rstrip(".")

    def field(self, name: str) -> str:
        """What a question is called."""
        standard = EVERY_STANDARD.get(name)
        own = say(texts(self.desk.document, "fields", name, "label"))
        return own or (say(standard.label) if standard else spelled(name))

    def runs(self, value: Value | None) -> str:
        """How long a deadline is."""
        found = length(value) if isinstance(value, str) else None
        return length_in_words(found) if found else flow_of(value)

    def reminders(self, value: Value | None) -> str:
        """Who is reminded, and when."""
        rows = value.items() if isinstance(value, Mapping) else ()
        return "; ".join(f"{self.who(party)}: {', '.join(self._moments(moments))}" for party, moments in rows)

    def _moments(self, value: Value) -> Iterator[str]:
        for each in strings(value):
            found = moment(each)
            yield moment_in_words(found) if found else each

    def mails(self, value: Value | None) -> str:
        """Who gets mail."""
        return capital(listed(map(self.party, value))) if isinstance(value, Mapping) and value else ""
