"""What every page here stands on: the moment, the case that a token opens, and who is looking."""

from datetime import UTC, datetime
from functools import lru_cache

from flask import abort

from app.i18n import language, say
from app.language.definition import Routine
from app.language.parties import Word, walk
from app.submit import followed
from app.submit.dialogue import Sight
from app.web.database import db
from app.web.grants import grants
from app.workflow.actor import Actor
from app.workflow.context import Context
from model import Case

REPORTER = Word("reporter")


def context() -> Context:
    """Open the database as it is now."""
    return Context.open(db.session(), datetime.now(UTC), grants().configuration)


def standing(here: Context, besides: str = "") -> list[str]:
    """What the calendar's notices say today, those left out that stand in a text already."""
    today = here.organisation.worktime.day_of(here.now)
    told = (say(text) for text in here.organisation.notices_on(today))
    return [each for each in told if each not in besides]


def takes_files() -> bool:
    """Whether the routine asks a file of anybody who reports."""
    return _asks_files(context().routine)


@lru_cache(maxsize=16)
def _asks_files(routine: Routine) -> bool:
    moves = (move for flow in routine.flows.values() if not flow.part_of for move in flow.transitions.values())
    theirs = (move for move in moves if move.creates or REPORTER in walk(move.by, routine.parties))
    return any(routine.fields[name].type == "file" for move in theirs for name in move.asked)


def sight(here: Context, case: Case) -> Sight:
    """Look at the case as its reporter."""
    return Sight(here, case, here.facts(case), language())


def found(here: Context, token: str) -> Case:
    """Find the case that the token opens; any other token is a page that isn't there."""
    return followed.by_token(here, token) or abort(404)


def reporter_of(case: Case) -> Actor:
    """Act as the reporter of the case: whoever holds its link."""
    return Actor(case.reporter_id, language(), reporter=True)
