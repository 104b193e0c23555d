"""Where a request stands: the moment, the organisation and routine in force, and who is asking."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask.globals import request_ctx

from app.i18n import language
from app.web.database import db
from app.web.grants import grants, me
from app.web.replica import reader
from app.workflow.actor import Actor
from app.workflow.context import Context


def context() -> Context:
    """This request's context, opened once."""
    here: Any = request_ctx
    kept: Context | None = getattr(here, "avviksflyt_context", None)
    if kept is None:
        kept = here.avviksflyt_context = Context.open(db.session, datetime.now(UTC), grants().configuration)
    return kept


def reading() -> Context:
    """Give this request's context for what reads much and writes nothing: by the replica, where there is one."""
    return replace(context(), session=reader())


def actor() -> Actor:
    """Give who is asking, as the engine sees them."""
    person = me()
    return Actor(person=person.id if person else None, language=language())
