"""Cases and parts that somebody sees: the one statement behind every list, whoever asks it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from app.access import Viewer
from app.workflow.context import Context
from model import Case, Subject


def scope(viewer: Viewer, kind: type[Subject] = Subject) -> ColumnElement[bool]:
    """Predicate on rows of that kind: those the viewer may open."""
    return viewer.visible(parts=kind is not Case)


def numbers(context: Context, viewer: Viewer, kind: type[Subject] = Subject) -> set[str]:
    """Numbers of the cases and parts (or of those of one kind) that the viewer may open."""
    return set(context.session.scalars(select(kind.number).where(scope(viewer, kind))))
