"""What a scenario may expect, word by word, and the names it may use."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.language.definition import Routine
from app.language.nouns import CLOCK, FIELD, MAIL, PERSON, STATE, TRANSITION
from app.language.read import Node
from app.language.reading import Reading
from app.language.rows import Data
from app.language.said import Said, said
from app.outbox import standard

ADMINISTRATORS = "administrators"
NOBODY = "nobody"
REPORTER = "reporter"
ANYONE = "anyone"
ITSELF = "itself"
NO_TIME = "none"
EMPTY = "empty"
"""As an answer: left out, what would be answered by itself, too."""
EXPECT_WORDS = (
    *("case", "as", "state", "round", "handler", "fields", "sees", "hidden from", "offers", "not offered", "mails"),
    *("holds", "lacks", "reads", "not read", "due", "log", "rows"),
)
LOG_WORDS = ("who", "did")
NEEDS_CASE = frozenset(EXPECT_WORDS) - {"case", "as", "mails", "holds", "lacks", "rows"}


@dataclass
class Cast:
    """Every name that may stand in a scenario; `fields` has each one's type, `cases` grows as they are made."""

    people: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    moves: frozenset[str] = frozenset()
    guards: frozenset[str] = frozenset()
    clocks: frozenset[str] = frozenset()
    mails: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    reports: frozenset[str] = frozenset()
    fields: Mapping[str, str] = field(default_factory=dict)
    cases: set[str] = field(default_factory=set)

    @staticmethod
    def of(routines: Iterable[Routine], data: Data) -> Cast:
        """Gather them from routines and data."""
        several = list(routines)
        flows = [flow for routine in several for flow in routine.flows.values()]
        moves = [move for flow in flows for move in flow.transitions.values()]
        reports = frozenset(name for routine in several for name in routine.reports)
        told = {mail for move in moves for _, mails in move.notify for mail in mails}
        return Cast(
            people=frozenset(data.people),
            roles=frozenset(data.roles),
            states=frozenset(state for flow in flows for state in flow.states),
            moves=frozenset(move.name for move in moves),
            guards=frozenset(guard for routine in several for guard in routine.guards),
            clocks=frozenset(clock for flow in flows for clock in flow.clocks),
            mails=frozenset({*told, *data.mails, *standard.SUBJECTS, *reports, *(m.name for m in moves)} - {""}),
            parties=frozenset(name for routine in several for name in routine.parties),
            reports=reports,
            fields={name: each.type for routine in several for name, each in routine.fields.items()},
        )

    @property
    def actors(self) -> frozenset[str]:
        """Who may do something."""
        return self.people | {ANYONE, REPORTER}

    @property
    def lookers(self) -> frozenset[str]:
        """Who may look at a case: a visitor, too."""
        return self.people | {ANYONE}

    @property
    def refusals(self) -> frozenset[str]:
        """By what a move may be refused."""
        return self.guards | frozenset(self.fields) | self.roles | self.parties | {"not offered"}


def moment(reading: Reading, node: Node) -> datetime | None:
    """Read a moment as 2024-03-04 09:00; None and a fault for anything else."""
    written = reading.scalar(node, said("a time"))
    try:
        found = datetime.strptime(written, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - the institution's zone is put to it later
    except ValueError:
        if written:
            reading.wrong(node, said('"%(text)s" is no time; a time is like 2024-03-04 09:00', text=written))
        return None
    return found


def expectation(reading: Reading, node: Node, cast: Cast, *, has_case: bool) -> None:
    """Check what is expected."""
    found = reading.words(node, said('"expect"'), EXPECT_WORDS)
    if "case" in found:
        reading.known(found["case"], said("case"), cast.cases)
    elif not has_case and (about := next((word for word in found if word in NEEDS_CASE), "")):
        reading.wrong(node.where(about), said('"%(word)s" is about a case; say which with "case"', word=about))
    for word, value in found.items():
        if word in CHECKS:
            CHECKS[word](reading, value, cast)


def _each(what: Said, names: str) -> Any:
    def check(reading: Reading, node: Node, cast: Cast) -> None:
        reading.knowns(node, what, getattr(cast, names))

    return check


def _by_person(what: Said | None, names: str = "", *, also: Collection[str] = ()) -> Any:
    """Check a map from people to names, or to anything at all."""

    def check(reading: Reading, node: Node, cast: Cast) -> None:
        if not reading.shaped(node, said("what is expected of people"), "map"):
            return
        for key, value in node.entries:
            if "@" not in key.text:
                reading.known(key, PERSON, cast.people | {*also})
            if what is not None:
                reading.knowns(value, what, getattr(cast, names))

    return check


def _not_offered(reading: Reading, node: Node, cast: Cast) -> None:
    if reading.shaped(node, said("what is expected of people"), "map"):
        for key, value in node.entries:
            if "@" not in key.text:
                reading.known(key, PERSON, cast.people | {REPORTER})
            names_with_words(reading, value, TRANSITION, cast.moves)


def names_with_words(reading: Reading, node: Node, what: Said, among: Collection[str]) -> None:
    """Check a name, a list of names, or a map from names to the words that a sentence holds."""
    for each in [key for key, _ in node.entries] if node.kind == "map" else node.each():
        reading.known(each, what, among)
    for _, words in node.entries:
        for each in words.each():
            reading.scalar(each, said("what a sentence holds"))


def _handler(reading: Reading, node: Node, cast: Cast) -> None:
    reading.knowns(node, said("person or role"), cast.people | cast.roles | {NOBODY})


def _keyed(what: Said, names: str) -> Any:
    def check(reading: Reading, node: Node, cast: Cast) -> None:
        if reading.shaped(node, said("what is expected"), "map"):
            for key, _ in node.entries:
                reading.known(key, what, getattr(cast, names))

    return check


def _due(reading: Reading, node: Node, cast: Cast) -> None:
    _keyed(CLOCK, "clocks")(reading, node, cast)
    for _, value in node.entries:
        if value.text != NO_TIME:
            moment(reading, value)


def _log(reading: Reading, node: Node, cast: Cast) -> None:
    for each in node.each():
        found = reading.words(each, said('"log"'), LOG_WORDS, LOG_WORDS)
        if "who" in found:
            reading.known(found["who"], PERSON, cast.actors | {ITSELF})
        if "did" in found:
            reading.known(found["did"], TRANSITION, cast.moves)


def _rows(reading: Reading, node: Node, _cast: Cast) -> None:
    if reading.shaped(node, said('"rows"'), "list"):
        for item in node.items:
            reading.shaped(item, said("a row"), "map")


CHECKS: Mapping[str, Any] = {
    "as": _each(PERSON, "lookers"),
    "state": _each(STATE, "states"),
    "handler": _handler,
    "fields": _keyed(FIELD, "fields"),
    "sees": _each(PERSON, "lookers"),
    "hidden from": _each(PERSON, "lookers"),
    "offers": _by_person(TRANSITION, "moves", also=(REPORTER,)),
    "not offered": _not_offered,
    "mails": _by_person(MAIL, "mails", also=(ADMINISTRATORS,)),
    "holds": _by_person(None),
    "lacks": _by_person(None),
    "reads": _by_person(None, also=(REPORTER, ANYONE)),
    "not read": _by_person(None, also=(REPORTER, ANYONE)),
    "due": _due,
    "log": _log,
    "rows": _rows,
}
