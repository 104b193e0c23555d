"""The chain over the journal's rows: what is committed is sealed soon afterwards, in an order that is the chain's own.

A move takes no lock for it. The worker seals; two at once would take the same number, and the database refuses one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Select, func, insert, select
from sqlalchemy.orm import Session

from app.workflow import prints
from model import JournalEntry, JournalSeal

BATCH = 500
"""Rows that are sealed in one transaction."""
LATE = 500
"""How many numbers of rows back a look for unsealed ones begins: a long transaction commits after later ones."""
START = ""
"""What stands before the first link of the chain."""


class Seal(NamedTuple):
    """What a link of the chain proves."""

    id: int
    entry_id: int
    subject_id: int
    digest: str
    adopted: bool


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends: the number of seals and the last link; `latest` is the highest row that is sealed."""

    seals: int = 0
    chain: str = START
    adopting: bool = True
    latest: int = 0


def head(session: Session) -> Head:
    """Read where the chain ends."""
    latest = select(func.max(JournalSeal.entry_id)).scalar_subquery()
    last = select(JournalSeal.id, JournalSeal.chain, JournalSeal.adopted, latest).order_by(JournalSeal.id.desc())
    found = session.execute(last.limit(1)).one_or_none()
    return Head(*found) if found else Head()


def seal(session: Session, limit: int = BATCH, *, since: int | None = None) -> int:
    """Seal rows that aren't yet; give how many. The caller commits; another sealer breaks the seals' primary key.

    Looked for above row `since`, or, without it, somewhat below the highest sealed one: that is cheap.
    """
    end = head(session)
    rows = session.execute(_unsealed(end, since).limit(limit)).all()
    old = [row.id for row in rows if row.digest is None]
    proofs = _adopt(session, old) if old else {}
    key, chain, links = prints.current_key(), end.chain, []
    for number, row in enumerate(rows, end.seals + 1):
        adopted = row.id in proofs
        made = Seal(number, row.id, row.subject_id, proofs[row.id] if adopted else row.digest, adopted)
        chain = prints.proof(key, (chain, *made))
        links.append({**made._asdict(), "chain": chain})
    if links:
        session.execute(insert(JournalSeal), links)
    return len(links)


def _unsealed(end: Head, since: int | None) -> Select[int, int, str | None]:
    """Find rows without a seal. One without a digest counts only until the first ordinary row has been sealed."""
    beginning = end.latest - LATE if since is None else since
    query = (
        select(JournalEntry.id, JournalEntry.subject_id, JournalEntry.digest)
        .outerjoin(JournalSeal, JournalSeal.entry_id == JournalEntry.id)
        .where(JournalSeal.id.is_(None), JournalEntry.id > beginning)
        .order_by(JournalEntry.id)
    )
    return query if end.adopting else query.where(JournalEntry.digest.is_not(None))


def _adopt(session: Session, ids: list[int]) -> dict[int, str]:
    """Prove rows of an older version as they are found; give each one's digest."""
    found = session.scalars(select(JournalEntry).where(JournalEntry.id.in_(ids))).all()
    for entry in found:
        prints.prove(entry)
    return {entry.id: str(entry.digest) for entry in found}
