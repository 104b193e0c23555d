"""What the editor of the routine works on: the open draft, or what a new draft would begin with."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from app.change import drafts
from app.change.changes import CannotApply, Change
from app.change.editing import texts, without_migrate
from app.change.editing_text import Broken, Document, Path, Value
from app.change.questions import standing
from app.change.whatif import FILE, what_if
from app.i18n import gettext, say, translated
from app.language.data import load_data
from app.language.definition import Flow, Routine
from app.language.fault import Fault
from app.language.load import load
from app.language.rows import Data
from app.studio import told
from app.telling.names import Names, spelled
from app.web.database import db
from app.web.grants import grants, me
from app.web.here import context
from app.web.seen import digest
from model import Draft, MailText, WorkflowEdition


@dataclass
class Desk:
    """The text being changed, whoever opened it, and everything that the pages tell of it."""

    draft: Draft | None
    edition: WorkflowEdition

    @staticmethod
    def opened() -> Desk:
        """Open what there is to change now."""
        session = db.session()
        return Desk(drafts.open_draft(session), drafts.newest(session))

    @cached_property
    def text(self) -> str:
        """The draft's text; without a draft, what one would begin with."""
        return self.draft.text if self.draft else without_migrate(self.edition.text)

    @property
    def revision(self) -> int:
        """The draft's revision; 0 where there is none."""
        return self.draft.revision if self.draft else 0

    @cached_property
    def document(self) -> Document:
        """The text with the place of everything in it. Raises Broken."""
        return Document(self.text)

    @cached_property
    def broken(self) -> Fault | None:
        """What keeps the text from being read at all."""
        try:
            Document(self.text)
        except Broken as fault:
            return fault.fault
        return None

    @cached_property
    def faults(self) -> tuple[Fault, ...]:
        """Everything that is wrong with the draft's text, warnings too."""
        return faults_of(self.text, self.draft)

    @property
    def errors(self) -> list[Fault]:
        """What keeps the draft from being published."""
        return [fault for fault in self.faults if not fault.warning]

    @cached_property
    def compiled(self) -> Routine | None:
        """The routine that the text says; None where it has errors."""
        return load(self.text).routine

    @cached_property
    def base(self) -> Routine:
        """The routine in force."""
        return context().routine

    @property
    def routine(self) -> Routine:
        """The routine to name things by: the draft's where it can be read."""
        return self.compiled or self.base

    @cached_property
    def names(self) -> Names:
        """What roles, areas, units and mails are called."""
        known = told.names()
        mails = {row.name: row.subject for row in db.session.scalars(select(MailText))}
        return Names(known.roles, known.areas, known.units, mails)

    @property
    def flows(self) -> list[str]:
        """The flows of the text."""
        return self.document.names("flows")

    def flow(self, name: str) -> Flow | None:
        """The flow as far as it is known."""
        return self.routine.flows.get(name)

    def label(self, *path: str) -> str:
        """What the thing at the path is called in the text."""
        return say(texts(self.document, *path, "label")) or spelled(path[-1])

    def value(self, *path: str) -> Value | None:
        """What stands at the path."""
        return self.document.value(*path)

    @cached_property
    def standing(self) -> Mapping[str, Mapping[str, int]]:
        """Open cases by flow and state, as they stand now."""
        return standing(db.session())

    def moved(self, flow: str) -> Mapping[str, str]:
        """States of the flow in which open cases stand now -> what the draft makes of them."""
        led = texts(self.document, "migrate", flow)
        return {state: led.get(state, state) for state in self.standing.get(flow, {})}

    def counts(self, flow: str) -> Counter[str]:
        """Open cases of each state as the draft calls it."""
        found: Counter[str] = Counter()
        for state, led in self.moved(flow).items():
            found[led] += self.standing[flow][state]
        return found

    def open_cases(self) -> int:
        """How many cases are open."""
        own = [name for name, flow in self.base.flows.items() if not flow.part_of]
        return sum(sum(self.standing.get(name, {}).values()) for name in own)

    def seal(self, path: Path) -> str:
        """Give a short text that is another one as soon as what stands at the path is."""
        return digest(self.value(*path))

    def save(self, text: str) -> None:
        """Keep the text in the draft, which is started if need be, and commit. Raises drafts.Stale."""
        if text == self.text and self.draft:
            return
        session, now, person = db.session(), datetime.now(UTC), my_id()
        draft = self.draft or drafts.start(session, person, now)
        drafts.write(draft, person, now, text=text, revision=self.revision or drafts.FIRST)
        try:
            session.commit()
        except StaleDataError as late:
            raise drafts.Stale from late


def my_id() -> int | None:
    """Person of this request."""
    person = me()
    return person.id if person else None


def faults_of(text: str, draft: Draft | None) -> tuple[Fault, ...]:
    """Give all that is wrong with the text, read with the settings as the draft changes them."""
    return tuple(sorted(set(load(text, FILE, _settings(draft)).faults)))


def _settings(draft: Draft | None) -> Data | None:
    """Give the organisation as the draft would have it; read again when it or the draft's changes have changed."""
    changes = drafts.changes_of(draft) if draft else []
    key = grants().configuration, json.dumps([[c.table, c.key, c.operation, dict(c.values)] for c in changes])
    kept: dict[tuple[int, str], Data | None] = current_app.extensions.setdefault("workflow_settings", {})
    if key not in kept:
        kept.clear()
        kept[key] = load_data(_written(changes), "data.yaml").data
    return kept[key]


def _written(changes: list[Change]) -> str:
    session, now = db.session(), datetime.now(UTC)
    try:
        return what_if(session, now, changes=changes).data
    except CannotApply:
        return what_if(session, now).data


def sentence(fault: Fault) -> str:
    """Tell a fault with its place."""
    return gettext(
        "Line %(line)d, column %(column)d: %(text)s",
        line=fault.line,
        column=fault.column,
        text=translated(fault.message),
    )
