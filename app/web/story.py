"""A case's journal as people read it: the timeline, the dialogue with the reporter, the notes inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import defer, joinedload

from app.access import Viewer
from app.i18n import gettext, language, lazy_gettext, moment, say
from app.language.conditions import ALWAYS
from app.language.definition import SAME, Field, Routine, Transition
from app.language.parties import REPORTER, walk
from app.language.standard import is_declared
from app.routing.facts import CaseFacts
from app.telling.names import quoted
from app.workflow import journal, orphans
from app.workflow.context import Context, Edition
from app.workflow.migrating import MIGRATED
from app.workflow.refusals import of_party
from app.workflow.words import in_words
from model import JournalEntry

Pairs = list[tuple[str, str]]
"""Questions, each with its answer."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened, or one text that was written."""

    title: str
    text: str = ""
    meta: str = ""
    who: str = ""
    when: str = ""


@dataclass(frozen=True)
class Story:
    """The journal of a case and its parts, as one viewer may read it."""

    context: Context
    facts: CaseFacts
    viewer: Viewer
    entries: Sequence[JournalEntry]

    @staticmethod
    def read(context: Context, facts: CaseFacts, viewer: Viewer) -> Story:
        """Read the whole story in one query."""
        subject = facts.subject
        query = _entries(of_case=subject is not None and subject.kind == "case")
        entries = context.session.scalars(query, {"subject": subject.id if subject else 0}).all()
        return Story(context, facts, viewer, entries)

    def timeline(self) -> list[Line]:
        """Everything that happened, newest first. That its parts follow a new edition stands on their own pages."""
        here = self.facts.subject.id if self.facts.subject else 0
        told = (each for each in self.entries if each.event != MIGRATED or each.subject_id == here)
        return [self._line(entry) for entry in reversed(list(told))]

    def _line(self, entry: JournalEntry) -> Line:
        meta = f"{moment(entry.at)} · {self.who(entry)}"
        return Line(title(entry, self.context.edition(entry)), self._details(entry), meta)

    def _facts(self, entry: JournalEntry) -> CaseFacts:
        """The case as the edition says it that the event happened under."""
        routine = self.context.edition(entry).routine
        if routine is self.facts.routine:
            return self.facts
        return CaseFacts(self.context.world(routine), entry.flow, self.facts.subject)

    def _details(self, entry: JournalEntry) -> str:
        said = [as_answer(label, value) for label, value in self.answers(entry)]
        if entry.event == MIGRATED and entry.from_state != entry.to_state:
            said.append(" → ".join(quoted(label) for label in self._states(entry)))
        mailed = dict.fromkeys(of_party(mail["why"], self.facts) for mail in entry.mails if "skipped" not in mail)
        if mailed:
            said.append(gettext("Mail to: %(names)s.", names=", ".join(mailed)))
        return as_sentences(said)

    def _states(self, entry: JournalEntry) -> Iterator[str]:
        """The states it went from and to, each called as its edition calls it."""
        earlier = (each for each in reversed(self.entries) if each.subject_id == entry.subject_id)
        before = next((each for each in earlier if each.ordinal < entry.ordinal), entry)
        for name, row in ((entry.from_state or "", before), (entry.to_state, entry)):
            flow = self.context.edition(row).routine.flows[entry.flow]
            yield say(flow.states[name].label) if name in flow.states else name

    def answers(self, entry: JournalEntry) -> Iterator[tuple[str, str]]:
        """What was answered, as far as the viewer may read it; what has a section of its own is left out."""
        declared = transition_of(entry, self._facts(entry).routine)
        apart = declared is None or is_writing(declared, self._facts(entry).routine) or self._is_report(declared)
        if not apart and entry.flow == self.facts.flow.name:
            yield from ((say(field.label), words) for field, words in self._told(entry))

    def _is_report(self, declared: Transition) -> bool:
        """Whether it began a case, whose page shows what was reported; a part's has no such section."""
        return declared.creates and not self.facts.flow.part_of

    @cached_property
    def reported(self) -> list[tuple[Field, str]]:
        """What was answered when the case began; a tick that nobody could leave out says nothing."""
        return list(self._reported())

    def _reported(self) -> Iterator[tuple[Field, str]]:
        here = self.facts.subject.id if self.facts.subject else 0
        first = next((each for each in self.entries if each.subject_id == here and each.from_state is None), None)
        declared = transition_of(first, self._facts(first).routine) if first is not None else None
        if first is None or declared is None:
            return
        for field, words in self._told(first):
            must_be_ticked = field.type == "tick" and field.name in declared.fields and field.when == ALWAYS
            if field.type not in HAVE_A_SECTION and field.name != "title" and not must_be_ticked:
                yield field, words

    def _told(self, entry: JournalEntry) -> Iterator[tuple[Field, str]]:
        """The answers that the viewer may read, without those that the page's top has."""
        facts = self._facts(entry)
        for name, value in entry.answers.items():
            field = facts.routine.fields.get(name)
            at_top = field is None or name in HAVE_A_PLACE or field.type in AT_TOP
            words = in_words(facts, name, value, language()) if not at_top and self._reads(name, value, facts) else ""
            if field is not None and words:
                yield field, words

    def _reads(self, name: str, value: Any, facts: CaseFacts) -> bool:
        """Whether the viewer may read an answer: one that no longer stands belongs to the history."""
        return self._shows(name, facts) and (self.history_shown or journal.stands(name, value, self.facts))

    def _shows(self, name: str, facts: CaseFacts) -> bool:
        held = self._held if facts is self.facts else self.viewer.fields(facts)
        return bool(self.viewer.readable((name,), facts, held))

    @cached_property
    def _held(self) -> frozenset[str] | None:
        """What the viewer is held to, asked once for the whole story."""
        return self.viewer.fields(self.facts)

    @cached_property
    def history_shown(self) -> bool:
        """Whether the viewer may read answers that were given before and don't stand any more."""
        return self.viewer.shows("history", self.facts)

    def earlier(self) -> list[Line]:
        """Answers that don't stand any more, the latest first; nothing where the routine doesn't speak of them."""
        if not is_declared(self.context.routine, "history") or not self.history_shown:
            return []
        return [line for entry in reversed(self.entries) for line in self._replaced(entry)]

    def _replaced(self, entry: JournalEntry) -> Iterator[Line]:
        facts = self._facts(entry)
        declared = transition_of(entry, facts.routine)
        if entry.flow != self.facts.flow.name or (declared is not None and is_writing(declared, facts.routine)):
            return
        meta = [moment(entry.at), self.who(entry)]
        if self.facts.subject is not None and self.facts.subject.round > 1:
            meta.append(gettext("round %(number)d", number=entry.round))
        for name, value in entry.answers.items():
            field = facts.routine.fields.get(name)
            if field is None or name == "reporter" or journal.stands(name, value, self.facts):
                continue
            if self._shows(name, facts):
                yield Line(say(field.label), in_words(facts, name, value, language()), " · ".join(meta))

    def who(self, entry: JournalEntry) -> str:
        """Who did it: a function, the reporter without a name, or the system."""
        if entry.actor_as in ("reporter", "visitor"):
            return gettext("The reporter")
        if entry.actor_as == "itself":
            return gettext("The system")
        return repr(entry.actor) if entry.actor else gettext("Somebody")

    def written(self, *, to_reporter: bool) -> list[Line]:
        """Messages exchanged with the reporter, or notes that stay inside; oldest first."""
        return [line for line, reporters in self._written if reporters == to_reporter]

    @cached_property
    def _written(self) -> list[tuple[Line, bool]]:
        """Each text that was only written, and whether the reporter may read it."""
        found = []
        for entry in self.entries:
            facts = self._facts(entry)
            declared = transition_of(entry, facts.routine)
            field = writing_field(declared, facts.routine) if declared else None
            if field is not None and self._shows(field.name, facts):
                line = Line("", str(entry.answers.get(field.name, "")), who=self.who(entry), when=moment(entry.at))
                found.append((line, names_reporter(field, facts.routine)))
        return found


@cache
def _entries(*, of_case: bool) -> Select[JournalEntry]:
    """One statement for all requests: the entries of a case with its parts, or of one `subject` alone."""
    column = JournalEntry.case_id if of_case else JournalEntry.subject_id
    told = select(JournalEntry).options(joinedload(JournalEntry.actor), *map(defer, APART))
    return told.where(column == bindparam("subject")).order_by(JournalEntry.id)


APART = (JournalEntry.trace, JournalEntry.salts, JournalEntry.prints)
"""What a story doesn't tell: how somebody was found, and what proves the row."""
HAVE_A_PLACE = frozenset({"description", "unit", "area", "reporter"})
"""Fields that the case's page shows at its top."""
AT_TOP = frozenset({"place", "code name"})
"""Types of answers that are shown there, too."""
HAVE_A_SECTION = frozenset({"file", "case"})
"""Types of answers that the case's page lists by themselves."""


def answered(told: Iterable[tuple[Field, str]]) -> tuple[Pairs, Pairs]:
    """Part questions and answers into short ones and texts."""
    short: Pairs = []
    texts: Pairs = []
    for field, words in told:
        (texts if field.is_text else short).append((say(field.label), words))
    return short, texts


def as_answer(label: str, value: str) -> str:
    """Put an answer after its question."""
    return f"{label} {value}" if label.endswith("?") else f"{label}: {value}"


BESIDE_MOVES: Mapping[str, Any] = {
    journal.REMINDED: lazy_gettext("Reminder sent"),
    orphans.FOUND: lazy_gettext("Somebody was found to handle the case"),
    journal.LET_THROUGH: lazy_gettext("The report had been held back, and was let through"),
    journal.LOOKED_UP: lazy_gettext("The reporter's identity was looked up"),
    journal.REDACTED: lazy_gettext("Words were removed from the case"),
}
"""What happens to a case without being a move of it."""


def title(entry: JournalEntry, edition: Edition) -> str:
    """Say what happened, in the words of the edition that it happened under."""
    if entry.event in BESIDE_MOVES:
        return str(BESIDE_MOVES[entry.event])
    if entry.event == MIGRATED:
        return gettext("Edition %(number)d of the routine counts from here", number=edition.number)
    declared = transition_of(entry, edition.routine)
    move = say(declared.label) if declared else str(entry.transition)
    if entry.event == journal.PRESSED:
        return gettext("%(move)s: one of those who must", move=move)
    if entry.event == journal.REFUSED_ITSELF:
        return gettext("“%(move)s” could not happen by itself", move=move)
    return move


def transition_of(entry: JournalEntry, routine: Routine) -> Transition | None:
    """Give the move as its edition declares it."""
    flow = routine.flows.get(entry.flow)
    return flow.transitions.get(entry.transition or "") if flow else None


def as_sentences(texts: Sequence[str]) -> str:
    """Put texts after one another, each but the last with an end of its own."""
    ended = [text if text.endswith((".", "!", "?")) else f"{text}." for text in texts[:-1]]
    return " ".join([*ended, *texts[-1:]])


def writing_field(declared: Transition, routine: Routine) -> Field | None:
    """Give the one text that a transition is only there to write; None if it does more than that."""
    if declared.to.state != SAME or len(declared.fields) != 1 or declared.optional or declared.guards:
        return None
    field = routine.fields[declared.fields[0]]
    return field if field.is_text else None


def is_writing(declared: Transition, routine: Routine) -> bool:
    """Whether the transition only writes a text."""
    return writing_field(declared, routine) is not None


def names_reporter(field: Field, routine: Routine) -> bool:
    """Whether the reporter may read the field."""
    return field.see is not None and any(each in REPORTER for each in walk(field.see, routine.parties))
