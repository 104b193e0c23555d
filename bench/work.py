"""The pieces of work: what is done once, and how one knows that it was done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bench.client import Client
from bench.data.facts import PROBE_EVENTS, RARE
from bench.products import OK_STATUSES
from bench.running import Running


class Wrong(Exception):
    """A product didn't do what it was asked; says which, and what came instead."""


def _places(_running: Running, count: int) -> Sequence[Any]:
    return range(count)


@dataclass(frozen=True, slots=True)
class Work:
    """`ready` prepares `count` times of it, unmeasured; `once` does one and gives the client that waited.

    `cases` says how many cases each time adds; None = it writes nothing. `share` of the usual number of times is
    enough for what takes long.
    """

    short: str
    label: str
    once: Callable[[Running, Any], Client]
    ready: Callable[[Running, int], Sequence[Any]] = _places
    cases: int | None = None
    share: float = 1.0

    def check(self, running: Running, before: Any, times: int) -> None:
        """See that each time left an event and a mail at least, and the cases that it should."""
        made, events, mails = running.added(before)
        if (made, events) != ((self.cases or 0) * times, times) or mails < times:
            found = f"{made} cases, {events} events, {mails} mails for {times} times"
            raise Wrong(f"{running.product.name}: what “{self.label}” wrote is wrong: {found}")


def _must(holds: object, running: Running, what: str, page: str) -> None:
    if not holds:
        kept = running.product.data.folder.parent / f"wrong-{running.product.key}.html"
        kept.write_text(page)
        raise Wrong(f"{running.product.name}: {what} is wrong; its page is kept as {kept}")


def _listed(running: Running, page: int) -> Client:
    wanted = running.product.expected.pages[page]
    shown = running.handler.get(running.product.list(page))
    _must(running.product.numbers(shown) == set(wanted), running, f"page {page} of the list", shown)
    return running.handler


def _first(running: Running, _item: int) -> Client:
    return _listed(running, 1)


def _far(running: Running, _item: int) -> Client:
    return _listed(running, running.product.expected.far)


def _searched(running: Running, _item: int) -> Client:
    shown = running.handler.get(running.product.search(quote(RARE)))
    wanted = set(running.product.found)
    _must(running.product.numbers(shown) == wanted, running, "the search", shown)
    return running.handler


def _watched(running: Running, count: int) -> Sequence[Any]:
    cases = running.product.expected.watched
    return [cases[place % len(cases)] for place in range(count)]


def _opened(running: Running, case: tuple[int, str]) -> Client:
    shown = running.handler.get(running.product.case(case))
    _must(running.product.shows_events(shown, case[0], PROBE_EVENTS), running, f"case {case[1]}", shown)
    return running.handler


def _badges(running: Running, _item: int) -> Client:
    shown = running.handler.get(running.product.badges)
    _must(running.product.shows_badges(shown), running, "the counts", shown)
    return running.handler


def _year(running: Running, _item: int) -> Client:
    shown = running.counter.get(running.product.year())
    _must(running.product.shows_year(shown), running, "the report", shown)
    return running.counter


def _reported(running: Running, _item: int) -> Client:
    running.product.report(running.visitor)
    return running.visitor


def _to_move(running: Running, count: int) -> Sequence[Any]:
    running.move_back()
    cases = running.product.expected.moved[:count]
    return [(case, running.product.moving(running.handler, case)) for case in cases]


def _moved(running: Running, item: tuple[tuple[int, str], dict[str, str]]) -> Client:
    running.product.move(running.handler, *item)
    _must(running.handler.status in OK_STATUSES, running, f"the move of {item[0][1]}", "")
    return running.handler


LIST, FAR, CASE, BADGES, REPORT, MOVE, YEAR, SEARCH = "W3", "W3 far", "W4", "W5", "W1", "W2", "W7", "search"
WORKS = (
    Work(LIST, "list, first page", _first),
    Work(FAR, "list, far page", _far),
    Work(CASE, "case with 20 events", _opened, _watched),
    Work(BADGES, "counts", _badges),
    Work(REPORT, "report a case: form and sending", _reported, cases=1),
    Work(MOVE, "move a case", _moved, _to_move, cases=0),
    Work(YEAR, "last year's report", _year, share=0.34),
    Work(SEARCH, "search for a rare word", _searched, share=0.34),
)
