"""What was sent besides what is asked: every form leaves it alone, and the log tells of it."""

from collections.abc import Iterable
from functools import cache

from flask import current_app, request
from flask_appbuilder import Model

from app.language.standard import EVERY_STANDARD
from app.web.grants import me
from model import Base


def note(sent: Iterable[str], asked: Iterable[str]) -> None:
    """Write a line where the names that were sent hold columns or fields of ours that aren't asked there.

    The line has those names, the page and the person's id: never an answer, nor a name that somebody has made up.
    """
    names = sorted((set(sent) - set(asked)) & _ours())
    if names:
        person = me()
        current_app.logger.warning(
            "left alone what a form doesn't ask: %s at %s by person %s",
            ", ".join(names),
            request.endpoint,
            person.id if person is not None else None,
        )


@cache
def _ours() -> frozenset[str]:
    mappers = [*Model.registry.mappers, *Base.registry.mappers]
    return frozenset(EVERY_STANDARD).union(*(each.attrs.keys() for each in mappers))
