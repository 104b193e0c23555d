"""What looks at the journal have seen, and how it adds up."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    """Something isn't as it was written: `entry` is the journal row's id, `number` its case's, where it has one."""

    what: str
    entry: int | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Proved:
    """What a look's first proof was of, and by which of the keys it and the last one were made, as positions."""

    entry: int
    subject: int
    first: int
    last: int


@dataclass
class Seen:
    """What a look has seen. Whether what was erased had to be can be told only when all has been seen.

    `seals` is the last one's number. `erased` and `forgotten` say of a case and a part the latest row, `rewritten` and
    `redacted` of a case; `met` are the numbers at which an anchor was compared. `links` and `digests` say by which keys
    the chain and the rows were proved: once a newer one has proved something, an older one proves nothing after it.
    """

    faults: list[Fault] = field(default_factory=list)
    rows: int = 0
    seals: int = 0
    adopted: int = 0
    met: set[int] = field(default_factory=set)
    erased: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)
    forgotten: dict[tuple[int, str], int] = field(default_factory=dict)
    rewritten: dict[int, tuple[int, int]] = field(default_factory=dict)
    redacted: dict[int, int] = field(default_factory=dict)
    links: Proved | None = None
    digests: Proved | None = None

    def add(self, later: Seen) -> None:
        """Add what a later look has seen, all but its faults."""
        self.rows += later.rows
        self.adopted += later.adopted
        self.seals = max(self.seals, later.seals)
        self.met |= later.met
        for place, row in later.erased.items():
            self.erased[place] = max(self.erased.get(place, row), row)
        for place, ordinal in later.forgotten.items():
            self.forgotten[place] = max(self.forgotten.get(place, ordinal), ordinal)
        self.rewritten |= later.rewritten
        self.redacted |= later.redacted
        self.links = _newest(self.links, later.links)
        self.digests = _newest(self.digests, later.digests)


def _newest(known: Proved | None, later: Proved | None) -> Proved | None:
    return max((each for each in (known, later) if each), key=lambda each: each.last, default=None)
