"""The case behind a follow link or code: found by digest alone, and only where the routine lets its reporter look."""

from collections.abc import Sequence
from datetime import timedelta
from statistics import median

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload, selectinload

from app.language.definition import Flow, Routine
from app.language.parties import InField, Word, walk
from app.outbox import tokens
from app.outbox.settings import Settings
from app.web.database import db
from app.workflow import held
from app.workflow.context import Context
from model import Case, JournalEntry

MINE = 50
FEWEST = 10
"""So many closed cases are needed before one can say what is usual."""
NEWEST = 200
YEAR = timedelta(days=365)


def by_token(context: Context, token: str) -> Case | None:
    """Find the case that the link's token opens, also a link from before it was one."""
    digest = tokens.digest(token)
    return _one(context, Case.follow_hash == digest) or _one(context, held.became(digest))


def by_code(context: Context, typed: str) -> Case | None:
    """Find the case that the code opens, however it was typed, also a code from before it was one."""
    digest = tokens.digest(tokens.normal(typed))
    return _one(context, Case.code_hash == digest) or _one(context, held.became(digest))


def mine(context: Context, person: int) -> Sequence[Case]:
    """Give the person's own cases, newest first."""
    statement = select(Case).where(Case.reporter_id == person, Case.flow.in_(followed(context.routine)))
    return db.session.scalars(statement.order_by(Case.id.desc()).limit(MINE)).all()


def own(context: Context, person: int, number: str) -> Case | None:
    """Find a case by its number among the person's own."""
    return _one(context, (Case.reporter_id == person) & (Case.number == number))


def _one(context: Context, which: ColumnElement[bool]) -> Case | None:
    statement = select(Case).where(which, Case.flow.in_(followed(context.routine)))
    return db.session.scalar(statement.options(joinedload(Case.reporter), selectinload(Case.parts)))


def followed(routine: Routine) -> list[str]:
    """Name the flows whose cases have a reporter's page, by the newest edition."""
    return [flow.name for flow in routine.flows.values() if has_page(routine, flow)]


def has_page(routine: Routine, flow: Flow) -> bool:
    """Whether the reporter may see cases of the flow."""
    words = walk(flow.see, routine.parties)
    return any(each in (Word("reporter"), InField("reporter")) for each in words)


def token_of(case: Case) -> str:
    """Make the token of the case's link anew; it is stored nowhere."""
    return tokens.again(tokens.token, Settings.current().secrets, case.id, case.follow_salt or "", case.follow_hash)


def code_of(case: Case) -> str:
    """Make the code by which somebody without an account finds the case."""
    return tokens.again(tokens.code, Settings.current().secrets, case.id, case.follow_salt or "", case.code_hash)


def journal(case: Case) -> Sequence[JournalEntry]:
    """Read the case's own story, oldest first."""
    statement = select(JournalEntry).where(JournalEntry.subject_id == case.id)
    return db.session.scalars(statement.order_by(JournalEntry.ordinal)).all()


def usual_days(case: Case) -> int | None:
    """Give the median days from report to end of the unit's cases of the last year; None where they are too few."""
    ended = select(Case.submitted_at, Case.closed_at).where(
        Case.unit_id == case.unit_id,
        Case.flow == case.flow,
        Case.finished,
        Case.closed_at > case.changed_at - YEAR,
    )
    spans = db.session.execute(ended.order_by(Case.closed_at.desc()).limit(NEWEST)).all()
    if len(spans) < FEWEST:
        return None
    return round(median((closed - submitted).total_seconds() for submitted, closed in spans) / 86_400)
