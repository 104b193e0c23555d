"""Where a request stands: the moment, the organisation and routine in force, and who is asking."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask.globals import request_ctx
from flask_login import current_user

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
    who: Any = current_user
    user, speaks = who._get_current_object(), language()  # noqa: SLF001 - the proxy would find it at each look
    here: Any = request_ctx
    kept: tuple[object, Actor] | None = getattr(here, "avviksflyt_actor", None)
    if kept is None or kept[0] is not user or kept[1].language != speaks:
        person = me()
        kept = here.avviksflyt_actor = (user, Actor(person=person.id if person else None, language=speaks))
    return kept[1]
