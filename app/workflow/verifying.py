"""Whether the journal is as it was written: every row, the chain over them, and what was written down elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from app.workflow import anchors, prints
from app.workflow.anchors import Anchor
from app.workflow.journal import REDACTED
from app.workflow.sealing import START, Seal
from model import JournalEntry, JournalSeal, Subject

PATIENCE = timedelta(hours=1)
"""How old a row may be that is still without a seal."""
BATCH = 2000
ENTRY = JournalEntry.__table__.c
COLUMNS = tuple(ENTRY)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something isn't as it was written: `entry` is the journal row's id, `number` its case's, where it has one."""

    what: str
    entry: int | None = None
    number: str = ""


@dataclass
class Verifier:
    """Reads one snapshot of a database from end to end, and counts what it reads.

    `keys` are those the journal was written with, the oldest first. Once a newer one has proved a link or a row, an
    older one proves nothing after it: whoever has a secret that was changed can't write on with it.
    """

    connection: Connection
    keys: Sequence[bytes]
    anchors: Sequence[Anchor]
    now: datetime
    rows: int = 0
    seals: int = 0
    adopted: int = 0
    _link_key: int = 0
    _row_key: int = 0
    _erased: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)
    _forgotten: dict[tuple[int, str], int] = field(default_factory=dict)
    _rewritten: dict[int, tuple[int, int]] = field(default_factory=dict)
    _redacted: dict[int, int] = field(default_factory=dict)

    def faults(self) -> Iterator[Fault]:
        """Give what is wrong, in the order in which it is found."""
        other = {each.secret for each in self.anchors} - set(map(anchors.mark, self.keys))
        if other:
            yield Fault("the secret (SECRET_KEY) is another one than when the anchors were written")
            return
        yield from self._sealed()
        yield from self._not_sealed()
        yield from self._without_reason()
        yield from self._without_removal()
        yield from self._counted()

    def _sealed(self) -> Iterator[Fault]:
        """Follow the chain, and look at the row that each seal is about."""
        awaited: dict[int, list[Anchor]] = {}
        for anchor in self.anchors:
            awaited.setdefault(anchor.seals, []).append(anchor)
        chain = START
        for row in self._read(_chain()):
            self.seals += 1
            self.adopted += row.seal_adopted
            yield from self._link(row, chain)
            chain = row.seal_chain
            for anchor in awaited.pop(row.seal_id, ()) if awaited else ():
                if anchor.chain != chain:
                    yield Fault(f"head mismatch: at seal {anchor.seals} the anchor of {anchor.at} has another chain")
        for number, missed in sorted(awaited.items()):
            if number:
                yield Fault(
                    f"head mismatch: the anchor of {missed[0].at} has {number} seals, the database {self.seals}: "
                    "its tail is cut off, or it is an older one"
                )

    def _link(self, row: Row[Any], before: str) -> Iterator[Fault]:
        seal = Seal(row.seal_id, row.seal_entry, row.seal_subject, row.seal_digest, row.seal_adopted)
        by = self._proved_by(self._link_key, lambda key: prints.proof(key, (before, *seal)), row.seal_chain)
        if seal.id != self.seals:
            self.seals, missed = seal.id, self.seals
            yield Fault(f"seal {missed} is missing")
        elif by < 0:
            yield self._about(seal.entry_id, seal.subject_id, f"the chain is broken at seal {seal.id}")
        else:
            self._link_key = by
        if row.id is None:
            yield self._about(seal.entry_id, seal.subject_id, "the row is sealed and gone")
            return
        self.rows += 1
        if row.digest != seal.digest:
            yield self._about(row.id, row.subject_id, "the row isn't the one that was sealed")
        else:
            yield from self._row(row)

    def _not_sealed(self) -> Iterator[Fault]:
        waiting = []
        for row in self._read(_unsealed()):
            self.rows += 1
            if row.digest is not None:
                yield from self._row(row)
            elif self.seals > self.adopted:
                yield self._about(row.id, row.subject_id, "the row was not written by the product: it has no digest")
            if row.at < self.now - PATIENCE:
                waiting.append((row.id, row.subject_id))
        if waiting:
            what = f"rows older than an hour without a seal: {len(waiting)}, this is the first (does the worker run?)"
            yield self._about(*waiting[0], what)

    def _row(self, row: Row[Any]) -> Iterator[Fault]:
        """Look at one row: its digest, and every part against its print."""
        made = row.prints or {}
        if row.event == REDACTED:
            self._redacted[row.case_id] = row.id
        by = self._proved_by(self._row_key, lambda key: prints.digest_of(key, row, made), row.digest)
        if by < 0:
            yield self._about(row.id, row.subject_id, "the row was changed, or not written by the product")
            return
        self._row_key = by
        parts, salts = prints.printed(row), row.salts or {}
        if parts.keys() != made.keys():
            names = ", ".join(sorted(parts.keys() ^ made.keys()))
            yield self._about(row.id, row.subject_id, f"{names} was added or taken away")
            return
        for name, value in parts.items():
            if not self._holds(row, name, value, salts.get(name), made[name]):
                yield self._about(row.id, row.subject_id, f"{name} was changed")

    def _proved_by(self, since: int, made: Callable[[bytes], str], kept: str) -> int:
        """Position of the first key, from that position on, that makes what is kept; -1 if none does."""
        fitting = (at for at in range(since, len(self.keys)) if made(self.keys[at]) == kept)
        return next(fitting, -1)

    def _holds(self, row: Row[Any], name: str, value: Any, salt: str | None, made: str) -> bool:
        if salt is None:
            self._note_erased(row, name)
            return prints.is_scar(name, value)
        if salt.startswith(prints.REWRITTEN):
            self._rewritten[row.case_id] = (row.id, row.subject_id)
            return prints.MARK in prints.canonical(value)
        if prints.print_of(salt, name, value) != made:
            return False
        if value == prints.SCAR:
            self._note_forgotten(row, name)
        return True

    def _note_erased(self, row: Row[Any], name: str) -> None:
        """Remember the latest row of a case whose part was erased: a later one must have forgotten it."""
        place = (row.subject_id, name if name.startswith(prints.ANSWER) else "")
        self._erased[place] = max(self._erased.get(place, (0, 0)), (row.ordinal, row.id))

    def _note_forgotten(self, row: Row[Any], name: str) -> None:
        """Remember until where a case's move forgot a field, and with any field the people in the row."""
        for place in ((row.subject_id, name), (row.subject_id, "")):
            self._forgotten[place] = max(self._forgotten.get(place, 0), row.ordinal)

    def _without_reason(self) -> Iterator[Fault]:
        for (subject, name), (ordinal, entry) in self._erased.items():
            if self._forgotten.get((subject, name), 0) < ordinal:
                what = name or "a person"
                yield self._about(entry, subject, f"{what} was erased, and no later row says that it was forgotten")

    def _without_removal(self) -> Iterator[Fault]:
        for case, (entry, subject) in self._rewritten.items():
            if self._redacted.get(case, 0) < entry:
                yield self._about(entry, subject, "words were taken out, and no later row says so")

    def _counted(self) -> Iterator[Fault]:
        """Count each case's rows: 1, 2, 3, ... up to the number that the case has had."""
        for row in self._read(_gaps()):
            yield Fault(
                f"rows are missing or too many: it has had {row.events}, there are {row.found}, the last is {row.last}",
                number=row.number,
            )

    def _about(self, entry: int, subject: int, what: str) -> Fault:
        found = self.connection.execute(select(Subject.number).where(Subject.id == subject)).scalar()
        return Fault(what, entry, found or f"(id {subject})")

    def _read(self, query: Select[Any]) -> Iterator[Row[Any]]:
        return iter(self.connection.execute(query.execution_options(yield_per=BATCH)))


def _chain() -> Select[Any]:
    seal = (
        JournalSeal.id.label("seal_id"),
        JournalSeal.entry_id.label("seal_entry"),
        JournalSeal.subject_id.label("seal_subject"),
        JournalSeal.digest.label("seal_digest"),
        JournalSeal.adopted.label("seal_adopted"),
        JournalSeal.chain.label("seal_chain"),
    )
    joined = select(*seal, *COLUMNS).outerjoin(JournalEntry, JournalEntry.id == JournalSeal.entry_id)
    return joined.select_from(JournalSeal).order_by(JournalSeal.id)


def _unsealed() -> Select[Any]:
    query = select(*COLUMNS).outerjoin(JournalSeal, JournalSeal.entry_id == ENTRY.id)
    return query.where(JournalSeal.id.is_(None)).order_by(ENTRY.id)


def _gaps() -> Select[Any]:
    found, last = func.count(func.distinct(ENTRY.ordinal)), func.coalesce(func.max(ENTRY.ordinal), 0)
    rows = func.count(ENTRY.id)
    query = select(Subject.number, Subject.events, rows.label("found"), last.label("last"))
    of_case = query.outerjoin(JournalEntry, ENTRY.subject_id == Subject.id).group_by(Subject.id)
    wrong = or_(found != Subject.events, rows != Subject.events, last != Subject.events)
    return of_case.having(wrong).order_by(Subject.id)
