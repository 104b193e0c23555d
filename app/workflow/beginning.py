"""A new case's row, or a part's, before anything is answered; and the two secrets by which its reporter finds it."""

from __future__ import annotations

from app.outbox import tokens
from app.outbox.settings import Settings
from app.workflow import numbers
from app.workflow.context import Context
from model import Case, Part, Subject


def new_row(
    context: Context, flow: str, state: str, whole: Case | None, submit_key: str | None, number: str = ""
) -> Subject:
    """Make the row of a case, or of a part of `whole`, that enters its first state; `number` if it has one already."""
    number = number or (numbers.next_part(whole) if whole is not None else numbers.next_case(context))
    kind = Part if whole is not None else Case
    row: Subject = kind(
        number=number,
        flow=flow,
        edition_id=whole.edition_id if whole is not None else context.newest.id,
        state=state,
        former_states=[],
        version=1,
        round=1,
        events=0,
        submitted_at=context.now,
        changed_at=context.now,
        answers={},
        done={},
        presses={},
        excluded=whole.excluded if whole is not None else "",
        next_step={},
        trace=[],
        title="",
        description="",
        submit_key=submit_key,
        follow_salt=None if whole is not None else tokens.new_salt(),
        clocks=[],
        **({} if whole is not None else {"parts": []}),
    )
    if isinstance(row, Part) and whole is not None:
        row.whole = whole
    return row


def follow(subject: Subject) -> None:
    """Keep the digests of the follow link's token and of the code; neither is stored itself."""
    if subject.follow_salt is None:
        return
    secret = Settings.current().secret
    subject.follow_hash = tokens.digest(tokens.token(secret, subject.id, subject.follow_salt))
    subject.code_hash = tokens.digest(tokens.code(secret, subject.id, subject.follow_salt))
