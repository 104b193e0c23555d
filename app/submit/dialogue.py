"""What the reporter may read of a case: their own words, and the answers whose `see` names the reporter."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.i18n import gettext, moment, say
from app.language.definition import Field
from app.language.parties import InField, InRole, Query, Several, Word, opened
from app.language.standard import READ_ONLY
from app.routing import seats
from app.routing.facts import CaseFacts
from app.submit.followed import has_page
from app.workflow import wording
from app.workflow.context import Context
from app.workflow.evaluator import names_reporter
from app.workflow.filing import files_of
from app.workflow.told import told
from app.workflow.words import in_words, spoken
from model import Case, JournalEntry, Part, StoredFile

PLACES = {"area": 0, "unit": 1, "place": 2}
"""Types of answers that come first in a copy."""
NOT_COPIED = frozenset({"reporter", "reporter_kind", "entered_by", "language"})


@dataclass(frozen=True, slots=True)
class Message:
    """Something that was written: by whom (a function, never a person), when, and what."""

    mine: bool
    who: str
    when: str
    text: str


@dataclass(frozen=True, slots=True)
class Copy:
    """What was sent, as pairs of question and answer: short facts, and prose."""

    facts: list[tuple[str, str]]
    prose: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Sight:
    """The reporter's sight of one case."""

    context: Context
    case: Case
    facts: CaseFacts
    lang: str

    def may_write(self) -> bool:
        """Whether the reporter has a text to write on the case as it stands."""
        here = (t for t in self.facts.flow.transitions.values() if self.case.state in t.sources)
        theirs = (t for t in here if names_reporter(t, self.facts))
        return any(self.facts.routine.fields[name].type == "text" for t in theirs for name in t.asked)

    def messages(self, entries: Sequence[JournalEntry]) -> list[Message]:
        """Give the conversation, oldest first."""
        return [message for entry in entries for message in self._of(entry)]

    def outcome(self, entries: Sequence[JournalEntry]) -> list[Message]:
        """Give what was written when the case came to its end."""
        if not self.facts.finished:
            return []
        ends = [entry for entry in entries if entry.to_state == self.case.state and entry.from_state != entry.to_state]
        return [message for entry in ends[-1:] for message in self._of(entry)]

    def _of(self, entry: JournalEntry) -> Iterator[Message]:
        mine = self._is_mine(entry)
        for name, value in entry.answers.items():
            field = self._field(name, entry)
            if isinstance(value, str) and field and _is_prose(field) and (mine or self._shown(name)):
                heading = [] if name in self._spoken() else [say(field.label, self.lang)]
                who = " · ".join([self._author(entry, mine=mine), *heading])
                yield Message(mine, who, moment(entry.at), value)

    def known(self) -> list[tuple[str, str]]:
        """Give the short answers that stand and that name the reporter among those who see them: label and words."""
        names = (name for name in self.context.routine.fields if name not in NOT_COPIED and self._shown(name))
        fields = ((name, self.facts.routine.fields.get(name)) for name in names)
        told = [
            (say(field.label, self.lang), spoken(self.facts, name, self.lang))
            for name, field in fields
            if field is not None and not _is_prose(field) and field.type != "file" and name not in READ_ONLY
        ]
        return [(label, words) for label, words in told if words]

    def files(self, entries: Iterable[JournalEntry]) -> list[StoredFile]:
        """The files that the reporter sent, and those whose field lets them see it."""
        mine = {name for entry in entries if self._is_mine(entry) for name in entry.answers}
        return [each for each in files_of(self.context, self.case) if each.field in mine or self._shown(each.field)]

    def _spoken(self) -> set[str]:
        """Fields in which the reporter writes: what others write there is talk, and needs no heading."""
        theirs = (t for t in self.facts.flow.transitions.values() if t.creates or names_reporter(t, self.facts))
        return {name for transition in theirs for name in transition.asked}

    def _is_mine(self, entry: JournalEntry) -> bool:
        known = entry.actor_id is not None and entry.actor_id == self.case.reporter_id
        return known or entry.actor_as == "reporter" or (entry.from_state is None and entry.actor_as == "visitor")

    def _shown(self, name: str) -> bool:
        viewer = self.context.viewer(self.case.reporter_id)
        return viewer.shows(name, self.facts, as_reporter=True)

    def _field(self, name: str, entry: JournalEntry | None = None) -> Field | None:
        """The field as its case has it, as the routine in force has it, or as it was when it was answered."""
        earlier = (self.context.edition(entry).routine,) if entry is not None else ()
        routines = (self.facts.routine, self.context.routine, *earlier)
        return next((routine.fields[name] for routine in routines if name in routine.fields), None)

    def _author(self, entry: JournalEntry, *, mine: bool) -> str:
        """Name the function that wrote; never the person."""
        if mine:
            return gettext("You")
        held = [each for each in self.facts.organisation.holdings if each.person == entry.actor_id]
        ranked = {role: place for place, role in enumerate(self.facts.routine.roles)}
        post = min(held, key=lambda each: ranked.get(each.role, len(ranked)), default=None)
        return self._function(post.role, post.unit) if post else gettext("The handler")

    def _function(self, role: str, unit: int | None) -> str:
        name = say(self.facts.organisation.label(role), self.lang)
        place = self.facts.organisation.units.get(unit) if unit else None
        if place is None or place.above is None:
            return name
        return f"{name} {place.code or say(place.label, self.lang)}"

    def sent(self, entries: Sequence[JournalEntry]) -> Copy:
        """Give a copy of what the reporter sent."""
        first = next((entry for entry in entries if entry.from_state is None and self._is_mine(entry)), None)
        given = first.answers.items() if first else ()
        known = [(field, name, value) for name, value in given if (field := self._field(name, first))]
        pairs = sorted(known, key=lambda each: PLACES.get(each[0].type, len(PLACES)))
        told_back = [
            (_is_prose(field), self._asked_as(field, first), in_words(self.facts, name, value, self.lang))
            for field, name, value in pairs
            if name not in NOT_COPIED and field.type not in ("person", "tick")
        ]
        facts = [(label, text) for prose, label, text in told_back if not prose]
        return Copy(facts, [(label, text) for prose, label, text in told_back if prose])

    def _asked_as(self, field: Field, entry: JournalEntry | None) -> str:
        """Name a question as the form asked it; a place has a label of its own, though it shares its question."""
        move = entry.transition if entry is not None else None
        own = wording.found(self.facts.organisation, move or "", field.name, self.lang)
        return own.heading if own is not None and _is_prose(field) else say(field.label, self.lang)

    def parts(self) -> dict[str, list[tuple[str, datetime]]]:
        """Say what the reporter is told of each part, and since when, by what such parts are called."""
        found: dict[str, list[tuple[str, datetime]]] = {}
        for part in self.case.parts:
            if text := self._told_of(part):
                label = say(self.context.facts(part).flow.label, self.lang)
                found.setdefault(label, []).append((say(text, self.lang), part.changed_at))
        return found

    def _told_of(self, part: Part) -> dict[str, str] | None:
        """A part's state tells the reporter something when it has words of its own for them, or sight is given."""
        facts = self.context.facts(part)
        state = facts.flow.states[part.state]
        if state.told == state.label and not has_page(self.context.routine, facts.flow):
            return None
        return {self.lang: told(facts, self.lang)}

    def readers(self) -> list[str]:
        """Name the functions that can see the case, and what those see who see only a little."""
        members = opened(self.context.routine.flows[self.case.flow].see, self.context.routine.parties)
        found = [self._handler(), *(self._reader(each) for each in members)]
        return list(dict.fromkeys(each for each in found if each))

    def _handler(self) -> str:
        if not self.case.handler:
            return ""
        seat = seats.read(self.case.handler)
        if seat.person is None:
            return gettext("%(function)s, who has the case now", function=self._function(seat.role, seat.unit))
        held = next((each for each in self.facts.organisation.holdings if each.person == seat.person), None)
        function = self._function(held.role, held.unit) if held else gettext("The handler")
        return gettext("%(function)s, who has the case now", function=function)

    def _reader(self, party: object) -> str:
        match party:
            case InRole(role):
                return self._function(role, None)
            case InField(name) if name != "reporter" and (field := self._field(name)):
                return say(field.label, self.lang)
            case Word("anyone"):
                return gettext("Everybody")
            case Several(of):
                return ", ".join(filter(None, map(self._reader, of)))
            case Query(who=who, only=only) if called := self._reader(who):
                labels = [say(field.label, self.lang).lower() for name in only if (field := self._field(name))]
                return gettext("%(who)s: only %(fields)s", who=called, fields=", ".join(labels)) if only else called
        return ""


def _is_prose(field: Field) -> bool:
    return field.is_text and field.name != "title"
