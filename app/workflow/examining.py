"""Looks at the journal: a span of its chain, what isn't sealed yet, each case's count. Each sees one snapshot.

A look is given a connection, and knows nothing of what another saw; `app.workflow.verifying` puts them together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Text, cast, func, literal, or_, select

from app.workflow import prints
from app.workflow.anchors import Anchor
from app.workflow.evidence import Fault, Proved, Seen
from app.workflow.journal import REDACTED
from app.workflow.sealing import START
from model import JournalEntry, JournalSeal, Subject

PATIENCE = timedelta(hours=1)
"""How old a row may be that is still without a seal."""
MOST = 20
"""Faults that one look tells; whoever owns the database can make any number."""
BATCH = 2000
ENTRY = JournalEntry.__table__.c
TOLD = ("answers", "trace", "mails", "salts", "prints")
"""Columns of JSON: read as one text, a row's are decoded in one go."""


def last_seal(connection: Connection) -> int:
    """Give the number of the chain's last seal, 0 where there is none."""
    return connection.scalar(select(func.max(JournalSeal.id))) or 0


def sealed(keys: Sequence[bytes], anchors: Iterable[Anchor], after: int, until: int, connection: Connection) -> Seen:
    """Follow the chain behind seal `after` up to `until`, and look at the row that each seal is about."""
    look = _Look(connection, keys)
    before = select(JournalSeal.id, JournalSeal.chain).where(JournalSeal.id <= after).order_by(JournalSeal.id.desc())
    number, chain = connection.execute(before.limit(1)).one_or_none() or (0, START)
    awaited: dict[int, list[Anchor]] = {}
    for anchor in anchors:
        if after < anchor.seals <= until:
            awaited.setdefault(anchor.seals, []).append(anchor)
    return look.until_enough(look.chain(_chain(after, until), number, chain, awaited))


def not_sealed(keys: Sequence[bytes], now: datetime, connection: Connection) -> Seen:
    """Look at the rows that have no seal yet, and whether one has waited for too long."""
    look = _Look(connection, keys)
    return look.until_enough(look.waiting(now))


def counted(connection: Connection) -> Seen:
    """Count each case's rows: 1, 2, 3, ... up to the number that the case has had."""
    look = _Look(connection, ())
    return look.until_enough(look.gaps())


def about(connection: Connection, entry: int, subject: int, what: str) -> Fault:
    """Say it of a row and its case."""
    found = connection.execute(select(Subject.number).where(Subject.id == subject)).scalar()
    return Fault(what, entry, found or f"(id {subject})")


class _Look:
    """Reads rows one after the other, and notes what it sees."""

    def __init__(self, connection: Connection, keys: Sequence[bytes]) -> None:
        self._connection = connection
        self._keys = keys
        self._seen = Seen()

    def until_enough(self, faults: Iterator[Fault]) -> Seen:
        """Look until enough is wrong; give all that was seen."""
        for fault in faults:
            self._seen.faults.append(fault)
            if len(self._seen.faults) == MOST:
                break
        return self._seen

    def chain(self, query: Select[Any], number: int, chain: str, awaited: dict[int, list[Anchor]]) -> Iterator[Fault]:
        """Follow the chain from seal `number`."""
        seen = self._seen
        for row in self._read(query):
            seal = (row.seal_id, row.seal_entry, row.seal_subject, row.seal_digest, row.seal_adopted)
            if row.seal_id != number + 1:
                yield Fault(f"seal {number + 1} is missing")
            elif not self._is_link(chain, seal, row.seal_chain):
                yield self._about(row.seal_entry, row.seal_subject, f"the chain is broken at seal {row.seal_id}")
            seen.seals, number, chain = row.seal_id, row.seal_id, row.seal_chain
            seen.adopted += row.seal_adopted
            if row.id is None:
                yield self._about(row.seal_entry, row.seal_subject, "the row is sealed and gone")
            elif row.digest != row.seal_digest:
                seen.rows += 1
                yield self._about(row.id, row.subject_id, "the row isn't the one that was sealed")
            else:
                yield from self._row(row)
            for anchor in awaited.get(number, ()) if awaited else ():
                seen.met.add(number)
                if anchor.chain != chain:
                    yield Fault(f"head mismatch: at seal {anchor.seals} the anchor of {anchor.at} has another chain")

    def waiting(self, now: datetime) -> Iterator[Fault]:
        """Look at what has no seal."""
        waiting = []
        ordinary = select(JournalSeal.id).where(JournalSeal.adopted.is_(False)).limit(1)
        chained = self._connection.scalar(ordinary) is not None
        for row in self._read(_unsealed()):
            if row.at < now - PATIENCE:
                waiting.append((row.id, row.subject_id))
            if row.digest is not None:
                yield from self._row(row)
                continue
            self._seen.rows += 1
            if chained:
                yield self._about(row.id, row.subject_id, "the row was not written by the product: it has no digest")
        if waiting:
            what = f"rows older than an hour without a seal: {len(waiting)}, this is the first (does the worker run?)"
            yield self._about(*waiting[0], what)

    def gaps(self) -> Iterator[Fault]:
        """Find cases that have lost rows, or won some."""
        for row in self._read(_gaps()):
            yield Fault(
                f"rows are missing or too many: it has had {row.events}, there are {row.found}, the last is {row.last}",
                number=row.number,
            )

    def _row(self, row: Row[Any]) -> Iterable[Fault]:
        """Look at one row: its digest, and every part against its print."""
        self._seen.rows += 1
        try:
            answers, trace, mails, salts, made = json.loads(row.told)
        except ValueError:
            return [self._about(row.id, row.subject_id, "the row can't be read")]
        made, salts = made or {}, salts or {}
        if row.event == REDACTED:
            self._seen.redacted[row.case_id] = row.id
        if not self._is_digest(row, mails, made):
            return [self._about(row.id, row.subject_id, "the row was changed, or not written by the product")]
        parts = prints.printed(answers, mails, trace, row.actor_id)
        if parts.keys() != made.keys():
            names = ", ".join(sorted(parts.keys() ^ made.keys()))
            return [self._about(row.id, row.subject_id, f"{names} was added or taken away")]
        if prints.SCAR in parts.values():
            self._note_forgotten(row, parts, salts)
        other = [name for name, made_of in parts.items() if _print(salts, name, made_of) != made[name]]
        changed = [name for name in other if not self._may_be(row, name, parts[name], salts.get(name))]
        return [self._about(row.id, row.subject_id, f"{name} was changed") for name in changed]

    def _is_link(self, chain: str, seal: tuple[Any, ...], kept: str) -> bool:
        _, entry, subject, *_rest = seal
        links = self._proved(self._seen.links, lambda key: prints.proof(key, (chain, *seal)), kept, entry, subject)
        self._seen.links = links or self._seen.links
        return links is not None

    def _is_digest(self, row: Row[Any], mails: Any, made: dict[str, str]) -> bool:
        kept = row[: len(prints.KEPT)]
        digests = self._proved(
            self._seen.digests, lambda key: prints.digest_of(key, kept, mails, made), row.digest, row.id, row.subject_id
        )
        self._seen.digests = digests or self._seen.digests
        return digests is not None

    def _proved(
        self, known: Proved | None, made: Callable[[bytes], str], kept: str, entry: int, subject: int
    ) -> Proved | None:
        """Give what is known with this proof; None if no key that may still be used makes what is kept."""
        since = known.last if known else 0
        for at in range(since, len(self._keys)):
            if made(self._keys[at]) == kept:
                if known and at == since:
                    return known
                return replace(known, last=at) if known else Proved(entry, subject, at, at)
        return None

    def _may_be(self, row: Row[Any], name: str, value: Any, salt: str | None) -> bool:
        """Whether a part that isn't what its print was made of is what the product leaves in its place."""
        if salt is None:
            self._note_erased(row, name)
            return prints.is_scar(name, value)
        if salt.startswith(prints.REWRITTEN):
            self._seen.rewritten[row.case_id] = (row.id, row.subject_id)
            return prints.MARK in prints.canonical(value)
        return False

    def _note_erased(self, row: Row[Any], name: str) -> None:
        """Remember the latest row of a case whose part was erased: a later one must have forgotten it."""
        place = (row.subject_id, name if name.startswith(prints.ANSWER) else "")
        here = (row.ordinal, row.id)
        self._seen.erased[place] = max(self._seen.erased.get(place, here), here)

    def _note_forgotten(self, row: Row[Any], parts: dict[str, Any], salts: dict[str, str]) -> None:
        """Remember until where a case's move forgot a field, and with any field the people in the row."""
        for name in [name for name in parts if parts[name] == prints.SCAR and name in salts]:
            for place in ((row.subject_id, name), (row.subject_id, "")):
                self._seen.forgotten[place] = max(self._seen.forgotten.get(place, row.ordinal), row.ordinal)

    def _about(self, entry: int, subject: int, what: str) -> Fault:
        return about(self._connection, entry, subject, what)

    def _read(self, query: Select[Any]) -> Iterator[Row[Any]]:
        return iter(self._connection.execute(query.execution_options(yield_per=BATCH)))


def _print(salts: dict[str, str], name: str, value: Any) -> str:
    salt = salts.get(name)
    return "" if salt is None else prints.print_of(salt, name, value)


def _columns() -> list[ColumnElement[Any]]:
    whole: ColumnElement[str] = literal("[")
    for place, name in enumerate(TOLD):
        whole = whole.concat("," if place else "").concat(func.coalesce(cast(ENTRY[name], Text), "null"))
    others = [column for column in ENTRY if column.name not in {*TOLD, *prints.KEPT}]
    return [*(ENTRY[name] for name in prints.KEPT), *others, whole.concat("]").label("told")]


def _chain(after: int, until: int) -> Select[Any]:
    seal = (
        JournalSeal.id.label("seal_id"),
        JournalSeal.entry_id.label("seal_entry"),
        JournalSeal.subject_id.label("seal_subject"),
        JournalSeal.digest.label("seal_digest"),
        JournalSeal.adopted.label("seal_adopted"),
        JournalSeal.chain.label("seal_chain"),
    )
    joined = select(*_columns(), *seal).outerjoin(JournalEntry, JournalEntry.id == JournalSeal.entry_id)
    span = joined.where(JournalSeal.id > after, JournalSeal.id <= until)
    return span.select_from(JournalSeal).order_by(JournalSeal.id)


def _unsealed() -> Select[Any]:
    query = select(*_columns()).outerjoin(JournalSeal, JournalSeal.entry_id == ENTRY.id)
    return query.where(JournalSeal.id.is_(None)).order_by(ENTRY.id)


def _gaps() -> Select[Any]:
    found, last = func.count(func.distinct(ENTRY.ordinal)), func.coalesce(func.max(ENTRY.ordinal), 0)
    rows = func.count(ENTRY.id)
    query = select(Subject.number, Subject.events, rows.label("found"), last.label("last"))
    of_case = query.outerjoin(JournalEntry, ENTRY.subject_id == Subject.id).group_by(Subject.id)
    wrong = or_(found != Subject.events, rows != Subject.events, last != Subject.events)
    return of_case.having(wrong).order_by(Subject.id)
