"""Taking words out of a case: the page that shows its texts, what was found in them, and how they will read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from flask import current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app import privacy
from app.access import Viewer
from app.handling.moving import sent_version
from app.i18n import gettext, moment, say
from app.routing.facts import CaseFacts
from app.web.database import db
from app.workflow import engine, journal, letters, redacting
from app.workflow.actor import Actor
from app.workflow.context import Context
from model import Case, JournalEntry, Subject

MOST_PROPOSED = 20


@dataclass(frozen=True, slots=True)
class Written:
    """One text of the case: what it is, and how it reads, or will read."""

    label: str
    text: str


@dataclass(frozen=True)
class RedactionPage:
    """The page, for somebody who sees the whole case; `back` is the case's own."""

    context: Context
    case: Case
    viewer: Viewer
    actor: Actor
    back: str

    def answer(self) -> ResponseReturnValue:
        """Show the texts, show how they will read, or take the words out."""
        if request.method == "GET":
            return self._shown()
        if not self.words:
            return self._shown(gettext("Write the words that are to be removed.")), 400
        if not self.stand:
            return self._shown(gettext("None of these words stand in the texts below.")), 400
        return self._remove() if "remove" in request.form else self._shown(previewed=True)

    def _remove(self) -> ResponseReturnValue:
        try:
            redacting.redact(self.context, self.case, self.words, actor=self.actor, version=sent_version())
            db.session.commit()
        except engine.Stale:
            db.session.rollback()
            db.session.refresh(self.case)
            return self._shown(gettext("The case was changed while you were writing. Look through it again.")), 409
        flash(gettext("The words are removed for good."), "success")
        return redirect(self.back)

    def _shown(self, fault: str = "", *, previewed: bool = False) -> str:
        return render_template("handling/redaction.html", page=self, fault=fault, previewed=previewed)

    @cached_property
    def typed(self) -> str:
        """What was typed, as it was typed."""
        return privacy.clean(request.form.get("words", ""))

    @cached_property
    def words(self) -> list[str]:
        """The words that were ticked and typed."""
        return redacting.words_in("\n".join([*map(privacy.clean, request.form.getlist("found")), self.typed]))

    @property
    def stand(self) -> bool:
        """Whether any of the words stands in a text that is shown: what isn't shown can't be felt for."""
        found = redacting.pattern(self.words)
        return any(found.search(each.text) for each in self.texts)

    @cached_property
    def texts(self) -> list[Written]:
        """Every text of the case and its parts that the viewer may read, each once."""
        all_of = chain.from_iterable(self._of(each) for each in (self.case, *self.case.parts))
        return [each for each in dict.fromkeys(all_of) if each.text]

    def after(self) -> list[Written]:
        """The texts that change, as they will read."""
        found, scar = redacting.pattern(self.words), redacting.scar(self.context, self.case, self.actor)
        return [Written(each.label, found.sub(scar, each.text)) for each in self.texts if found.search(each.text)]

    def proposed(self) -> list[tuple[str, bool]]:
        """What looks like personal data in the texts, and whether it is ticked."""
        levels, ticked = current_app.config.get("PRIVACY_KINDS"), {*self.words}
        spans = ((each.text, found) for each in self.texts for found in privacy.find(each.text, levels))
        found = dict.fromkeys(" ".join(text[each.start : each.end].split()) for text, each in spans)
        return [(each, each in ticked) for each in found][:MOST_PROPOSED]

    def _of(self, subject: Subject) -> Iterator[Written]:
        """A case's or part's answers as they were given, those that stand without having been asked, and letters."""
        facts, told = self.context.facts(subject), set()
        rows = select(JournalEntry).where(JournalEntry.subject_id == subject.id).order_by(JournalEntry.id)
        history = self.viewer.shows("history", facts)
        for entry in self.context.session.scalars(rows):
            given = {n: v for n, v in entry.answers.items() if history or journal.stands(n, v, facts)}
            for name, text in self._texts(given, facts, entry):
                told.add((name, text))
                yield Written(f"{self._label(name, entry)} · {moment(entry.at)}", text)
        now = {"description": subject.description, **subject.answers}
        rest = [each for each in self._texts(now, facts, subject) if each not in told]
        yield from (Written(f"{self._label(name, subject)} · {subject.number}", text) for name, text in rest)
        for letter in letters.of_subject(self.context, subject):
            if letters.readable(letter, self.viewer, facts):
                yield Written(f"{letter.title} · {moment(letter.at)}", letter.body)

    def _texts(
        self, answers: Mapping[str, Any], facts: CaseFacts, row: Subject | JournalEntry
    ) -> Iterator[tuple[str, str]]:
        """Each text or file's name among the answers that the viewer may read, with its field."""
        fields = self.context.edition(row).routine.fields
        for name, value in answers.items():
            if name not in fields or not self.viewer.shows(name, facts):
                continue
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, Mapping):
                    yield name, str(each.get("name", ""))
                elif isinstance(each, str) and fields[name].type in redacting.WRITTEN:
                    yield name, each

    def _label(self, name: str, row: Subject | JournalEntry) -> str:
        return say(self.context.edition(row).routine.fields[name].label)
