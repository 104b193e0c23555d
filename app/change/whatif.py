"""What the configuration would be: changes are made in a transaction of their own, read as always, and undone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.change import changes as changing
from app.change.changes import Change
from app.change.exporting import export_data
from app.language.data import load_data
from app.language.fault import Fault
from app.language.load import load
from app.routing import organisation
from app.routing.organisation import Organisation
from app.workflow.context import Context, Edition
from model import WorkflowEdition

DRAFT_ID = 0
"""Stands as the id of the edition that isn't published yet."""
FILE = "workflow.yaml"


@dataclass(frozen=True)
class WhatIf:
    """The configuration as it would be.

    `edition` is None where the text has errors; `faults` are the text's and the organisation's. `data` is the
    organisation as data.yaml would say it.
    """

    organisation: Organisation
    edition: Edition | None
    faults: tuple[Fault, ...]
    data: str

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that keep it from being published."""
        return tuple(fault for fault in self.faults if not fault.warning)

    def context(self, session: Session, now: datetime) -> Context:
        """A moment in which it already counts. Raises ValueError where the text has errors."""
        if self.edition is None:
            msg = "the draft has errors"
            raise ValueError(msg)
        return Context(session, now, self.organisation, self.edition)


def what_if(session: Session, now: datetime, *, changes: Iterable[Change] = (), text: str | None = None) -> WhatIf:
    """Give the configuration as it would be with these changes and this text (None: the edition in force).

    Nothing is kept and `session` isn't touched. Raises changing.CannotApply.
    """
    with Session(session.get_bind()) as aside:
        try:
            changing.apply(aside, changes)
            copy = organisation.load(aside, version=-1)
            data = export_data(aside)
            newest = aside.scalars(select(WorkflowEdition).order_by(WorkflowEdition.number.desc()).limit(1)).one()
            number = newest.number if text is None else newest.number + 1
            text = newest.text if text is None else text
        finally:
            aside.rollback()
    return _compiled(copy, data, text, number, now)


def _compiled(copy: Organisation, data: str, text: str, number: int, now: datetime) -> WhatIf:
    rows = load_data(data, "data.yaml")
    loaded = load(text, FILE, rows.data)
    faults = list(loaded.faults)
    if loaded.routine is None:
        return WhatIf(copy, None, tuple(faults), data)
    faults += load_data(data, "data.yaml", loaded.routine).faults
    return WhatIf(copy, Edition(DRAFT_ID, number, now, loaded.routine), tuple(sorted(set(faults))), data)
