"""What each piece of work must come to, asked of the peers' tables by SQL, so that nobody's answer is its own proof."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, func, select, text

from bench.data.facts import RARE, probes
from bench.data.filled import Data
from bench.peers.settings import OPEN_STATES, PAGE
from config import TIMEZONE
from model import Subject

FAR_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Expected:
    """Numbers of the cases on a page of closed ones, newest first, and of those found by the rare word.

    `own_found` are those among the faculty's that have come to its handler: the product shows no others.
    """

    far: int
    pages: dict[int, tuple[str, ...]]
    found: tuple[str, ...]
    watched: tuple[tuple[int, str], ...]
    moved: tuple[tuple[int, str], ...]
    open: int
    overdue: int
    late: int
    year: int
    in_year: int
    own_found: tuple[str, ...]
    own_marks: dict[int, int]
    own_in_year: int


def expect(data: Data, small: Engine, own: Engine) -> Expected:
    """Ask; the product's own tables only for its keys, and for a year that begins at its own midnight."""
    with small.connect() as connection:

        def all_of(query: str, **given: object) -> list[tuple]:
            return [tuple(row) for row in connection.execute(text(query), {"faculty": data.places.faculty, **given})]

        closed = all_of("SELECT id, ref FROM cases WHERE faculty_id = :faculty AND state = 'closed' ORDER BY id DESC")
        far = max(1, min(FAR_PAGE, len(closed) // PAGE))
        shown = {page: closed[PAGE * (page - 1) : PAGE * page] for page in {1, far}}
        rare = f"SELECT ref FROM cases WHERE faculty_id = :faculty AND body LIKE '%{RARE}%'"  # noqa: S608
        newest, come = "ORDER BY id DESC LIMIT 25", "AND (state = 'closed' OR handler_id = :me)"
        first = all_of("SELECT id, ref FROM cases WHERE id <= :last ORDER BY id", last=probes(data.count))
        half = len(first) // 2
        states = "', '".join(OPEN_STATES)
        mine = f"SELECT count(*) FROM cases WHERE faculty_id = :faculty AND handler_id = :me AND state IN ('{states}')"  # noqa: S608
        late = "FROM action a JOIN cases c ON c.id = a.case_id WHERE a.state = 'open' AND a.due_at < :now"
        year, at = data.now.year - 1, {"now": _naive(data.now)}
        span = {"first": _naive(datetime(year, 1, 1)), "last": _naive(datetime(year + 1, 1, 1))}  # noqa: DTZ001
        in_year = "SELECT count(*) FROM cases WHERE created_at >= :first AND created_at < :last"
        return Expected(
            far=far,
            pages={page: tuple(ref for _, ref in rows) for page, rows in shown.items()},
            found=tuple(ref for (ref,) in all_of(f"{rare} {newest}")),
            watched=tuple(first[:half]),
            moved=tuple(first[half:]),
            open=all_of(mine, me=data.places.handler)[0][0],
            overdue=all_of(f"SELECT count(*) {late} AND c.faculty_id = :faculty", **at)[0][0],
            late=all_of(f"SELECT count(*) {late}", **at)[0][0],
            year=year,
            in_year=all_of(in_year, **span)[0][0],
            own_found=tuple(ref for (ref,) in all_of(f"{rare} {come} {newest}", me=data.places.handler)),
            own_marks={page: _key(own, closed[PAGE * (page - 1) - 1][1]) for page in shown if page > 1},
            own_in_year=_in_year(own, year),
        )


def _key(own: Engine, number: str) -> int:
    with own.connect() as connection:
        return connection.execute(
            text("SELECT id FROM subject WHERE number = :number"), {"number": number}
        ).scalar_one()


def _in_year(own: Engine, year: int) -> int:
    zone = ZoneInfo(TIMEZONE)
    span = (datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone))
    here = (Subject.kind == "case", Subject.submitted_at >= span[0], Subject.submitted_at < span[1])
    count = select(func.count()).where(*here)
    with own.connect() as connection:
        return connection.execute(count).scalar_one()


def _naive(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")
