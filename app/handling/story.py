"""A case's journal as people read it: the timeline, the dialogue with the reporter, the notes inside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.access import Viewer
from app.handling.reasons import of_party
from app.i18n import gettext, language, moment, say
from app.language.definition import SAME, Field, Routine, Transition
from app.language.parties import Word, opened
from app.routing.facts import CaseFacts
from app.workflow import journal, orphans
from app.workflow.context import Context
from app.workflow.words import in_words
from model import JournalEntry, Subject

LOOKED_UP = "looked_up"


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
        column = JournalEntry.case_id if subject and subject.kind == "case" else JournalEntry.subject_id
        query = (
            select(JournalEntry)
            .where(column == (subject.id if subject else 0))
            .options(joinedload(JournalEntry.actor))
            .order_by(JournalEntry.id)
        )
        return Story(context, facts, viewer, context.session.scalars(query).all())

    def timeline(self) -> list[Line]:
        """Everything that happened, newest first."""
        return [self._line(entry) for entry in reversed(self.entries)]

    def _line(self, entry: JournalEntry) -> Line:
        meta = f"{moment(entry.at)} · {self.who(entry)}"
        return Line(self._title(entry), self._details(entry), meta)

    def _title(self, entry: JournalEntry) -> str:
        if entry.event == journal.REMINDED:
            return gettext("Reminder sent")
        if entry.event == orphans.FOUND:
            return gettext("Somebody was found to handle the case")
        if entry.event == LOOKED_UP:
            return gettext("The reporter's identity was looked up")
        declared = self._transition(entry)
        return say(declared.label) if declared else str(entry.transition)

    def _transition(self, entry: JournalEntry) -> Transition | None:
        flow = self.facts.routine.flows.get(entry.flow)
        return flow.transitions.get(entry.transition or "") if flow else None

    def _details(self, entry: JournalEntry) -> str:
        said = [
            f"{label} {value}" if label.endswith("?") else f"{label}: {value}" for label, value in self.answers(entry)
        ]
        mailed = dict.fromkeys(of_party(mail["why"], self.facts) for mail in entry.mails if "skipped" not in mail)
        if mailed:
            said.append(gettext("Mail to: %(names)s.", names=", ".join(mailed)))
        return ". ".join(said)

    def answers(self, entry: JournalEntry) -> Iterator[tuple[str, str]]:
        """What was answered, as far as the viewer may read it; texts with a section of their own are left out."""
        declared = self._transition(entry)
        if declared is None or is_writing(declared, self.facts.routine) or entry.flow != self.facts.flow.name:
            return
        for name, value in entry.answers.items():
            field = self.facts.routine.fields.get(name)
            shown = field is not None and name not in HAVE_A_PLACE and self.viewer.shows(name, self.facts)
            words = in_words(self.facts, name, value, language()) if shown else ""
            if field is not None and words:
                yield say(field.label), words

    def who(self, entry: JournalEntry) -> str:
        """Who did it: a function, the reporter without a name, or the system."""
        if entry.actor_as in ("reporter", "visitor"):
            return gettext("The reporter")
        if entry.actor_as == "itself":
            return gettext("The system")
        return repr(entry.actor) if entry.actor else gettext("Somebody")

    def written(self, *, to_reporter: bool) -> list[Line]:
        """Messages exchanged with the reporter, or notes that stay inside; oldest first."""
        found = []
        for entry in self.entries:
            declared = self._transition(entry)
            field = writing_field(declared, self.facts.routine) if declared else None
            if field is None or names_reporter(field, self.facts.routine) != to_reporter:
                continue
            if not self.viewer.shows(field.name, self.facts):
                continue
            text = str(entry.answers.get(field.name, ""))
            found.append(Line("", text, who=self.who(entry), when=moment(entry.at)))
        return found


HAVE_A_PLACE = frozenset({"description", "unit", "area", "reporter", "course", "no_personal_data", "tried_first"})
"""Fields that the case's page shows elsewhere."""


def writing_field(declared: Transition, routine: Routine) -> Field | None:
    """Give the one text that a transition is only there to write; None if it does more than that."""
    if declared.to.state != SAME or len(declared.fields) != 1 or declared.optional or declared.guards:
        return None
    field = routine.fields[declared.fields[0]]
    return field if field.type == "text" and field.choices is None else None


def is_writing(declared: Transition, routine: Routine) -> bool:
    """Whether the transition only writes a text."""
    return writing_field(declared, routine) is not None


def names_reporter(field: Field, routine: Routine) -> bool:
    """Whether the reporter may read the field."""
    return field.see is not None and Word("reporter") in opened(field.see, routine.parties)


def log(context: Context, subject: Subject, person: int | None, event: str) -> None:
    """Write something that isn't a move into the journal."""
    subject.events += 1
    entry: dict[str, Any] = {"subject_id": subject.id, "case_id": subject.whole_id or subject.id}
    context.session.add(
        JournalEntry(
            **entry,
            ordinal=subject.events,
            at=context.now,
            actor_id=person,
            event=event,
            flow=subject.flow,
            from_state=subject.state,
            to_state=subject.state,
            edition_id=subject.edition_id,
            round=subject.round,
        )
    )
