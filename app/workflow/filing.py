"""Files that were sent with an answer: kept with the case, erased with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.workflow.context import Context
from model import Subject


def store(context: Context, subject: Subject, answers: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG001
    """Keep what was sent; give the answers as the case and its journal keep them."""
    return answers


def forget(context: Context, subject: Subject, fields: Iterable[str]) -> None:
    """Erase the files of these fields."""
