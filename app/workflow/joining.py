"""Cases that other cases name: noted so that both ends are found, and moved on when what they wait for has happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from app.routing.facts import case_fields
from app.workflow.context import Context
from model import Case, CaseLink, Subject


def note(context: Context, subject: Subject) -> None:
    """Keep which cases the subject's answers name; the answers themselves are the truth."""
    names = case_fields(context.edition(subject).routine)
    if not names:
        return
    numbers = {(name, number) for name in names for number in several(subject.answers.get(name))}
    query = select(Case.number, Case.id).where(Case.number.in_({number for _, number in numbers}))
    ids = dict(context.session.execute(query).tuples().all())
    wanted = {(name, ids[number]) for name, number in numbers if number in ids}
    known = select(CaseLink.field, CaseLink.case_id).where(CaseLink.subject_id == subject.id)
    if wanted == set(context.session.execute(known).tuples().all()):
        return
    context.session.execute(delete(CaseLink).where(CaseLink.subject_id == subject.id))
    rows = [{"subject_id": subject.id, "field": name, "case_id": case} for name, case in sorted(wanted)]
    if rows:
        context.session.execute(insert(CaseLink), rows)


def several(value: Any) -> Sequence[str]:
    """Give the numbers in an answer that names one case or several."""
    if isinstance(value, list | tuple):
        return [each for each in value if isinstance(each, str)]
    return [value] if isinstance(value, str) and value else []


def waiting(context: Context, subject: Subject) -> Sequence[Subject]:
    """Give the open cases and parts that name this one, held; one that somebody moves just now looks for itself."""
    if not case_fields(context.edition(subject).routine):
        return []
    query = (
        select(Subject)
        .join(CaseLink, CaseLink.subject_id == Subject.id)
        .where(CaseLink.case_id == subject.id, Subject.finished.is_(False))
        .order_by(Subject.id)
        .with_for_update(skip_locked=True, of=Subject)
        .execution_options(populate_existing=True)
    )
    return context.session.scalars(query).unique().all()
