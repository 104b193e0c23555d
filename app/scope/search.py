"""What somebody types into a search, as a predicate: every word in any of the columns.

`contains` reads the columns of every row. `narrowing` asks an index first in which rows the words may stand, which is
more than a reader may know: `holds` then decides of each row, by the texts that they may read there.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from math import isqrt
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select, tablesample, union_all
from sqlalchemy.orm import Session, aliased

from model import Subject, searching

MOST_WORDS = 8
PIECE = 3
"""Letters that the index takes together; a shorter word is looked for where a word begins."""
SHARE = 200
"""Words are rare where no more rows have them than the root of this many times all rows. Up to there it is quicker to
look at each of them; of more, the first pages and a count up to its cap are soon met on the way through a list."""
SAMPLE = 200
"""Rows by which PostgreSQL judges how many have a word."""
KNOWN, MOST_KNOWN = 300, 1_000
"""Seconds for which it is known whether words are rare, and of how many searches."""

_SPACED = re.compile("[" + re.escape(searching.SPACES) + "]+")
_known: WeakKeyDictionary[Any, dict[str, tuple[float, bool]]] = WeakKeyDictionary()


def words_of(text: str) -> list[str]:
    """Give the words that are looked for, each once."""
    return list(dict.fromkeys(text.split()))[:MOST_WORDS]


def contains(*columns: Any) -> Callable[[str], ColumnElement[bool] | None]:
    """Look for every word in any of the columns, whatever the case of its letters; None where there is no word."""

    def clause(text: str) -> ColumnElement[bool] | None:
        found = [or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words_of(text)]
        return and_(*found) if found else None

    return clause


def holds(text: ColumnElement[str], word: str, dialect: str) -> ColumnElement[bool]:
    """Whether the word stands in the text; one shorter than a piece: whether a word of the text begins so."""
    if len(word) < PIECE:
        text, word = " " + func.replace(func.replace(text, "\n", " "), "\t", " "), f" {word}"
    if dialect != "sqlite":
        return text.icontains(word, autoescape=True)
    if word.isascii():
        return text.contains(word, autoescape=True)  # SQLite's LIKE itself knows both cases, but of these letters only
    return text.op("GLOB", is_comparison=True)("*" + "".join(map(_either, word)) + "*")


def _either(letter: str) -> str:
    cases = dict.fromkeys(each for each in (letter, letter.lower(), letter.upper()) if len(each) == 1)
    return f"[{''.join(cases)}]" if len(cases) > 1 or letter in "*?[" else letter


def narrowing(session: Session, words: Sequence[str], *, wholes: bool) -> Iterator[ColumnElement[bool]]:
    """Give predicates on Subject that an index answers: no row that has the words lacks one of them.

    With `wholes` a part's words may stand in its whole.
    """
    if session.get_bind().dialect.name == "sqlite":
        yield from _in_sqlite(session, words, wholes=wholes)
        return
    for pieces in filter(None, map(_plain, words)):
        if _are_rare(session, " ".join(pieces), partial(_sampled, pieces)):
            yield _or_in_whole(partial(_has, pieces=pieces)) if wholes else _has(Subject, pieces)


def _are_rare(session: Session, asked: str, told: Callable[[int], tuple[Select[Any], int]]) -> bool:
    """Whether few rows have what is `asked`; looked up now and then, for it only decides the way.

    `told` gives, for the number of all rows, some that have it, and how many there may be.
    """
    known = _known.setdefault(session.get_bind(), {})
    now = time.monotonic()
    then, rare = known.get(asked, (-KNOWN, False))
    if now - then >= KNOWN:
        rows, most = told(session.scalar(select(func.max(Subject.id))) or 1)
        count = select(func.count()).select_from(rows.limit(most + 1).subquery())
        rare = (session.scalar(count) or 0) <= most
        if len(known) >= MOST_KNOWN:
            known.clear()
        known[asked] = now, rare
    return rare


# -- SQLite: rows are listed by FTS5, where there are few of them ------------------------------------------------------


def _in_sqlite(session: Session, words: Sequence[str], *, wholes: bool) -> Iterator[ColumnElement[bool]]:
    for group in [[word] for word in words] if wholes else [words]:
        pieces = list(dict.fromkeys(piece for word in group for piece in _pieces(word)))
        # A piece that a million rows have takes long to go through, and beside a rare one says nothing.
        few = [each for each in pieces if _are_few(session, [each])]
        if few or _are_few(session, pieces):
            listed = _listed(few or pieces)
            yield _or_in_whole(partial(_is_among, listed=listed)) if wholes else _is_among(Subject, listed)


def _are_few(session: Session, pieces: Sequence[str]) -> bool:
    return _are_rare(session, "\0".join(pieces), partial(_counted, _listed(pieces)))


def _counted(listed: Select[Any], total: int) -> tuple[Select[Any], int]:
    return listed, isqrt(SHARE * total)


def _is_among(row: Any, listed: Select[Any]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = row.id.in_(listed)
    return found


def _listed(pieces: Iterable[str]) -> Select[Any]:
    """Ask for the ids of rows that have every piece, wherever it stands."""
    asked = " AND ".join('"' + piece.replace('"', '""') + '"' for piece in pieces)
    index: ColumnElement[str] = literal_column(searching.TABLE)
    return select(literal_column("rowid")).select_from(searching.index).where(index.op("MATCH")(asked))


def _pieces(word: str) -> Iterator[str]:
    """Pieces that have every letter: to ask for all, those that overlap as well, takes longer and leaves out little."""
    spelled = word if len(word) >= PIECE else word.rjust(PIECE)  # as the index has how a word begins
    last = len(spelled) - PIECE
    return (spelled[place : place + PIECE] for place in (*range(0, last, PIECE), last))


# -- PostgreSQL: its index of pieces is asked where a sample says that few rows have them ------------------------------


def _plain(word: str) -> list[str]:
    """The word as the index has it: parts of it, where the index has a space for some sign."""
    if len(word) < PIECE:
        return [] if _SPACED.search(word) else [f" {word}"]
    return [each for each in _SPACED.split(word) if len(each) >= PIECE]


def _has(row: Any, pieces: Iterable[str]) -> ColumnElement[bool]:
    words = getattr(func, searching.FUNCTION)(*(getattr(row, name) for name in searching.COLUMNS))
    return and_(*(words.icontains(piece, autoescape=True) for piece in pieces))


def _sampled(pieces: Sequence[str], total: int) -> tuple[Select[Any], int]:
    """Rows of a sample that have them: the index itself would list all rows before it told of the first."""
    some = aliased(Subject, tablesample(Subject, func.system(min(100, 100 * SAMPLE / total))))
    return select(some.id).where(_has(some, pieces)), SAMPLE * isqrt(SHARE * total) // total


def _or_in_whole(has: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    own, part, whole = aliased(Subject), aliased(Subject), aliased(Subject)
    below = select(part.id).join(whole, part.whole_id == whole.id).where(has(whole))
    return Subject.id.in_(union_all(select(own.id).where(has(own)), below))
