"""A case or an action as one viewer may read it, for programs: what its page shows, by the same rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import url_for

from app.access import Viewer
from app.api import offered
from app.i18n import language, say
from app.language.definition import Flow
from app.routing.facts import CaseFacts, own_fields
from app.web import queue, story
from app.workflow import finding
from app.workflow.actor import Actor
from app.workflow.context import Context
from app.workflow.told import told
from app.workflow.words import in_words, spoken
from model import Case, JournalEntry, Part, Subject
from model.base import NEVER

APART = frozenset({"reporter", "entered_by", "title", "number", "state", "round", "handler"})
"""Told elsewhere, or not at all: who reported is looked up on the case's page, and the look-up is logged."""


@dataclass(frozen=True)
class Shown:
    """One case or action and who looks at it. `held` names the fields they are held to; None = no such limit."""

    context: Context
    subject: Subject
    facts: CaseFacts
    viewer: Viewer
    held: frozenset[str] | None

    @staticmethod
    def in_list(context: Context, viewer: Viewer, subject: Subject) -> Shown:
        """As a row of a list: its parts aren't read."""
        facts = context.facts(subject)
        return Shown(context, subject, facts, viewer, viewer.listed(facts))

    @staticmethod
    def alone(context: Context, viewer: Viewer, subject: Subject) -> Shown:
        """By itself."""
        facts = context.facts(subject)
        return Shown(context, subject, facts, viewer, viewer.fields(facts))

    @property
    def full(self) -> bool:
        """Whether nothing but a field's own `see` is withheld."""
        return self.held is None

    def row(self) -> dict[str, Any]:
        """What a list tells of it."""
        subject, readable = self.subject, self._readable
        return {
            "number": subject.number,
            "flow": subject.flow,
            "title": finding.heading(self.viewer, self.facts) or None,
            "state": state(self.facts.flow, subject.state),
            "told": told(self.facts, language()),
            "version": subject.version,
            "handler": self._handler(),
            "next_step": (queue.next_step(subject, self.context).text or None) if self.full else None,
            "due_at": subject.due_at.isoformat() if self.full and subject.due_at < NEVER else None,
            "submitted_at": subject.submitted_at.isoformat() if self.full else None,
            "case": self._case(),
            "fields": {name: self._answer(name) for name in self._names if name in readable},
            "address": address(subject),
        }

    def people(self) -> Iterator[int]:
        """Everybody whom its row names."""
        names = (name for name in self._names if self.facts.routine.fields[name].type == "person")
        for name in self._readable.intersection(names):
            value = self.facts.value(name)
            yield from (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, int))

    def detail(self, actor: Actor) -> dict[str, Any]:
        """All that the viewer may read of it, and every move that is theirs."""
        parts = [Shown.alone(self.context, self.viewer, part) for part in self._parts()]
        self.context.know({person for each in (self, *parts) for person in each.people()})
        return {
            **self.row(),
            "round": self.subject.round if self.full else None,
            "edition": self.context.edition(self.subject).number if self.full else None,
            "parts": [each.row() for each in parts],
            "journal": list(self._journal()),
            "files": list(self._files()),
            "moves": [each.told() for each in offered.all_of(self.facts, actor, parts=self.full)],
        }

    @cached_property
    def _names(self) -> list[str]:
        flow = self.facts.flow.name
        return sorted(own_fields(self.facts.routine, flow) & self.facts.routine.fields.keys() - APART)

    @cached_property
    def _readable(self) -> frozenset[str]:
        asked = (*self._names, "title", "description", "handler")
        return frozenset(self.viewer.readable(asked, self.facts, self.held))

    def _answer(self, name: str) -> dict[str, Any]:
        return answer(self.facts, name, self.facts.value(name))

    def _handler(self) -> str | None:
        """Who has it. Who has an action's case is the case's to tell."""
        own = not self.facts.flow.part_of or "handler" in own_fields(self.facts.routine, self.facts.flow.name)
        return spoken(self.facts, "handler", language()) or None if own and "handler" in self._readable else None

    def _case(self) -> str | None:
        """Its case's number, if it is an action and the viewer may open the case."""
        whole = self.facts.whole
        seen = whole is not None and whole.subject is not None and self.viewer.sees(whole)
        return whole.subject.number if seen else None  # type: ignore[union-attr]

    def _parts(self) -> list[Part]:
        return self.subject.parts if isinstance(self.subject, Case) and self.full else []

    def _journal(self) -> Iterator[dict[str, Any]]:
        """What has happened, the oldest first: told to whoever reads the journal on its page."""
        if isinstance(self.subject, Case) and not self.full:
            return
        read = story.Story.read(self.context, self.facts, self.viewer)
        numbers = {each.id: each.number for each in (self.subject, *self._parts())}
        for entry in read.entries:
            yield {
                "at": entry.at.isoformat(),
                "number": numbers.get(entry.subject_id, self.subject.number),
                "event": entry.event,
                "move": entry.transition,
                "title": story.title(entry, self.context.edition(entry)),
                "who": read.who(entry),
                "from_state": entry.from_state,
                "to_state": entry.to_state,
                "answers": self._answers(entry),
            }

    def _answers(self, entry: JournalEntry) -> dict[str, Any]:
        """What was answered; a part's answers stand with the part, as on the pages."""
        if entry.flow != self.facts.flow.name:
            return {}
        facts = CaseFacts(self.context.world(self.context.edition(entry).routine), entry.flow, self.subject)
        known: Iterable[str] = (name for name in entry.answers if name in facts.routine.fields and name not in APART)
        return {name: answer(facts, name, entry.answers[name]) for name in known if self.viewer.shows(name, facts)}

    def _files(self) -> Iterator[dict[str, Any]]:
        for each in finding.files(self.context, self.viewer, self.facts):
            yield {
                "id": each.id,
                "field": each.field,
                "name": each.name,
                "kind": each.kind,
                "size": each.size,
                "status": each.status,
                "address": url_for(f"{view_of(self.subject)}.file", number=self.subject.number, which=each.id),
            }


def answer(facts: CaseFacts, name: str, value: Any) -> dict[str, Any]:
    """Tell an answer as the routine knows it, and in words."""
    return {"value": value, "text": in_words(facts, name, value, language())}


def state(flow: Flow, name: str) -> dict[str, Any]:
    """Tell a state."""
    declared = flow.states[name]
    return {"name": name, "label": say(declared.label), "finished": declared.finished}


def view_of(subject: Subject) -> str:
    """Which part of the interface it belongs to."""
    return "CaseApi" if isinstance(subject, Case) else "ActionApi"


def address(subject: Subject) -> str:
    """Where it is read."""
    return url_for(f"{view_of(subject)}.one", number=subject.number)
