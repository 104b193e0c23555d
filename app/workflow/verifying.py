"""Whether the journal is as it was written: every row, the chain over them, and what was written down elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, TypeAlias

from sqlalchemy import Connection

from app.workflow import anchors, examining
from app.workflow.anchors import Anchor
from app.workflow.evidence import Fault, Seen

SPAN = 20_000
"""Seals that are looked at in one go, by whoever is free."""
Look: TypeAlias = Callable[[Connection], Any]
Looking: TypeAlias = Callable[[Iterable[Look]], Iterator[Any]]
"""Carries out looks at one snapshot, in whichever processes, and gives what they saw in the order of the looks."""


def alone(connection: Connection) -> Looking:
    """Look with one connection, whose transaction is a snapshot."""
    return lambda looks: (look(connection) for look in looks)


@dataclass
class Verifier:
    """Has the journal looked at, span by span, and puts together what was seen; `keys` are the oldest first."""

    looking: Looking
    keys: Sequence[bytes]
    anchors: Sequence[Anchor]
    now: datetime
    seen: Seen = field(default_factory=Seen)

    def faults(self) -> Iterator[Fault]:
        """Give what is wrong in the order in which it stands, at most the first twenty."""
        if {each.secret for each in self.anchors} - set(map(anchors.mark, self.keys)):
            yield Fault("the secret (SECRET_KEY) is another one than when the anchors were written")
            return
        yield from islice(self._found(), examining.MOST)  # a look that found so many has seen no more

    def _found(self) -> Iterator[Fault]:
        [last] = self.looking([examining.last_seal])
        waits: Look = partial(examining.not_sealed, self.keys, self.now)
        looks = self.looking([examining.counted, *self._spans(last), waits])
        counted = next(looks)
        for seen in looks:
            yield from self._by_older_key(seen)
            self.seen.add(seen)
            yield from seen.faults
        yield from self._without_anchor()
        yield from self._without_word()
        yield from counted.faults

    def _by_older_key(self, later: Seen) -> Iterator[Fault]:
        """Find where a span begins with a key that an earlier span has done with."""
        pairs = (
            ("the chain is broken", self.seen.links, later.links),
            ("the row was changed, or not written by the product", self.seen.digests, later.digests),
        )
        for what, known, found in pairs:
            if known and found and found.first < known.last:
                yield from self._about(found.entry, found.subject, f"{what}: its secret had been changed before")

    def _spans(self, last: int) -> list[Look]:
        return [
            partial(examining.sealed, self.keys, self.anchors, after, after + SPAN) for after in range(0, last, SPAN)
        ]

    def _without_anchor(self) -> Iterator[Fault]:
        for anchor in sorted(self.anchors, key=lambda each: (each.seals, each.at)):
            if anchor.seals and anchor.seals not in self.seen.met:
                self.seen.met.add(anchor.seals)
                yield Fault(
                    f"head mismatch: the anchor of {anchor.at} has {anchor.seals} seals, the database "
                    f"{self.seen.seals}: its tail is cut off, or it is an older one"
                )

    def _without_word(self) -> Iterator[Fault]:
        """Find what was erased or taken out though no later row says so."""
        for (subject, name), (ordinal, entry) in self.seen.erased.items():
            if self.seen.forgotten.get((subject, name), 0) < ordinal:
                what = f"{name or 'a person'} was erased, and no later row says that it was forgotten"
                yield from self._about(entry, subject, what)
        for case, (entry, subject) in self.seen.rewritten.items():
            if self.seen.redacted.get(case, 0) < entry:
                yield from self._about(entry, subject, "words were taken out, and no later row says so")

    def _about(self, entry: int, subject: int, what: str) -> Iterator[Fault]:
        return self.looking([partial(examining.about, entry=entry, subject=subject, what=what)])
