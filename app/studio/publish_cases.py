"""The affected cases of a dry run: fifty at a time, or all of them as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for
from sqlalchemy import select

from app.change.trial import OUTCOMES
from app.i18n import gettext
from app.studio.publish_words import Row, Words
from app.web.database import db
from app.web.grants import can, me
from app.web.here import context
from app.web.roles import CASES
from model import Case, DryRun, DryRunCase, Person

PAGE = 50
MOST = 100_000
"""Rows of the file."""
LONGEST = 10
"""Digits of a key; a longer one fits no column."""
Found = tuple[str, int | None, str, Mapping[str, Any]]
"""A case's number and unit, what becomes of it, and the details."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of affected cases; `after` is where the next begins."""

    rows: list[Row]
    after: str
    all: int


def page(run: DryRun, words: Words, outcome: str, after: str) -> Shown:
    """Give the cases that follow `after`, the worst first; with an outcome only those."""
    found = list(_rows(run, outcome, after, PAGE + 1))
    here = found[:PAGE]
    counts = run.result["counts"]
    number = counts.get(outcome, 0) if outcome else sum(counts.get(each, 0) for each in OUTCOMES[:-1])
    rows = told([(row.number, row.unit_id, row.outcome, row.detail) for row in here], words)
    return Shown(rows, f"{here[-1].outcome}:{here[-1].id}" if len(found) > PAGE else "", number)


def everything(run: DryRun, words: Words, outcome: str) -> Iterator[list[str]]:
    """Give all of them as rows of a file."""
    people = db.session.execute(select(Person.id, Person.label))
    words = replace(words, people={row[0]: row[1] for row in people})
    for row in _rows(run, outcome, "", MOST):
        yield words.row(row.number, row.unit_id, row.outcome, row.detail).flat()


def heads() -> list[str]:
    """What the file's columns are called."""
    texts = gettext("Case"), gettext("Unit"), gettext("What happens"), gettext("Today"), gettext("After")
    return [*texts, gettext("Mail")]


def _rows(run: DryRun, outcome: str, after: str, limit: int) -> Iterator[DryRunCase]:
    """Walk through the outcomes one by one: within each there is an index of just that order."""
    first, last = _place(after)
    for name in (outcome,) if outcome else OUTCOMES[OUTCOMES.index(first) :]:
        query = select(DryRunCase).where(DryRunCase.run_id == run.id, DryRunCase.outcome == name)
        query = query.where(DryRunCase.id > last) if name == first else query
        for row in db.session.scalars(query.order_by(DryRunCase.id).limit(limit)):
            limit -= 1
            yield row
        if not limit:
            return


def _place(after: str) -> tuple[str, int]:
    """Where an address says that the page begins; at the beginning for anything else."""
    name, _, number = after.partition(":")
    fine = name in OUTCOMES and number.isascii() and number.isdigit() and len(number) < LONGEST
    return (name, int(number)) if fine else (OUTCOMES[0], 0)


def told(cases: Sequence[Found], words: Words) -> list[Row]:
    """Give the cases as rows, with links to those that the reader may open."""
    people = {person for *_, detail in cases for person in _people(detail)}
    labels = select(Person.id, Person.label).where(Person.id.in_(people))
    words = replace(words, people={row[0]: row[1] for row in db.session.execute(labels)})
    open_to_me = _seen([number for number, *_ in cases])
    return [words.row(*case, open_to_me.get(case[0], "")) for case in cases]


def _people(detail: Mapping[str, Any]) -> Iterator[int]:
    for side in detail.get("people", ()):
        yield from side
    yield from (person for _, person in detail.get("mails", ()))
    yield from (each["person"] for each in detail.get("stuck", ()) if "person" in each)


def _seen(numbers: list[str]) -> dict[str, str]:
    """Give the addresses of those that the reader may open."""
    person = me()
    if not can("can_show", CASES) or person is None:
        return {}
    visible = context().viewer(person.id).visible(parts=False)
    found = db.session.scalars(select(Case.number).where(Case.number.in_(numbers), visible))
    return {number: url_for("CaseView.one", number=number) for number in found}
