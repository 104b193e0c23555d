"""The draft: one at a time, shared by all administrators, kept until it is published or thrown away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.change.changes import Change
from app.change.editing import without_migrate
from model import Draft, DraftChange, WorkflowEdition

FIRST = 1
"""Revision of a draft that nobody has changed yet."""
KEPT = timedelta(days=30)
"""How long a discarded draft can be fetched back."""


class AnotherIsOpen(Exception):
    """There is an open draft already."""


class Stale(Exception):
    """Somebody else has changed the draft meanwhile."""


def newest(session: Session) -> WorkflowEdition:
    """Give the edition in force. Raises NoResultFound where nothing is published."""
    return session.scalars(select(WorkflowEdition).order_by(WorkflowEdition.number.desc()).limit(1)).one()


def open_draft(session: Session) -> Draft | None:
    """Give the open draft, if there is one."""
    return session.scalars(select(Draft).where(Draft.status == "open")).one_or_none()


def start(session: Session, person: int | None, now: datetime) -> Draft:
    """Give the open draft; a new one says what the edition in force says, but of the open cases. Flushes."""
    draft = open_draft(session)
    if draft is not None:
        return draft
    edition = newest(session)
    draft = Draft(
        base_id=edition.id,
        text=without_migrate(edition.text),
        scenarios=edition.scenarios,
        made_at=now,
        made_by_id=person,
        changed_at=now,
        changed_by_id=person,
    )
    session.add(draft)
    session.flush()
    return draft


def write(
    draft: Draft,
    person: int | None,
    now: datetime,
    *,
    text: str | None = None,
    scenarios: str | None = None,
    revision: int | None = None,
) -> None:
    """Change the draft's texts. `revision` is what the form was made from. Raises Stale."""
    if revision is not None and revision != draft.revision:
        raise Stale
    draft.text = draft.text if text is None else text.replace("\r\n", "\n")
    draft.scenarios = draft.scenarios if scenarios is None else scenarios.replace("\r\n", "\n")
    _touch(draft, person, now)


def _touch(draft: Draft, person: int | None, now: datetime) -> None:
    draft.revision += 1
    draft.changed_at, draft.changed_by_id = now, person
    draft.approved_revision = draft.approved_by_id = draft.asked_at = None


def changes_of(draft: Draft) -> list[Change]:
    """Give the draft's changes of settings, in the order they were made."""
    return [Change(row.table, row.key, row.operation, row.values) for row in draft.changes]  # type: ignore[arg-type]


def put(draft: Draft, change: Change, person: int | None, now: datetime) -> None:
    """Let the change join the draft; one row of a setting has one change, the later values over the earlier."""
    for row in draft.changes:
        if (row.table, row.key) == (change.table, change.key):
            if change.operation == "remove" and row.operation == "add":
                draft.changes.remove(row)
            elif change.operation == "remove":
                row.operation, row.values = "remove", {}
            else:
                row.operation = "change" if row.operation == "remove" else row.operation
                row.values = {**row.values, **change.values}
            _touch(draft, person, now)
            return
    draft.changes.append(
        DraftChange(
            table=change.table,
            key=change.key,
            operation=change.operation,
            values=dict(change.values),
            made_at=now,
            made_by_id=person,
        )
    )
    _touch(draft, person, now)


def drop_changes(draft: Draft, ids: Iterable[int], person: int | None, now: datetime) -> None:
    """Take changes out of the draft again."""
    gone = set(ids)
    draft.changes = [row for row in draft.changes if row.id not in gone]
    _touch(draft, person, now)


def discard(draft: Draft, person: int | None, now: datetime) -> None:
    """Throw the draft away; for KEPT it can be fetched back."""
    _touch(draft, person, now)
    draft.status = "discarded"


def restore(session: Session, draft: Draft, person: int | None, now: datetime) -> None:
    """Fetch a discarded draft back. Raises AnotherIsOpen."""
    if open_draft(session) is not None:
        raise AnotherIsOpen
    draft.status = "open"
    _touch(draft, person, now)


def discarded(session: Session, now: datetime) -> list[Draft]:
    """Give the drafts that can be fetched back, the latest first."""
    kept = select(Draft).where(Draft.status == "discarded", Draft.changed_at > now - KEPT)
    return list(session.scalars(kept.order_by(Draft.changed_at.desc())))
