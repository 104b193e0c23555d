"""Tallies compared with a count of every case, in one snapshot of the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import select

from app.scope.row import nobody_shut_out
from app.tally.cells import Amount, Cell, gather
from app.tally.covering import TALLY, Tree, widened
from app.tally.folding import ADDED, CELL, GIVEN, PART
from app.tally.kept import digest, kept
from app.workflow.context import Context
from model import Subject, TallyDue, TallyState

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that says something else than its cases do."""

    cell: Cell
    kept: Amount
    counted: Amount


@dataclass
class Check:
    """One look at all of it. `waiting` are cases that will be taken in, and are looked at by each report meanwhile."""

    context: Context
    cases: int = 0
    waiting: int = 0
    cells: int = 0
    _counted: dict[Cell, Amount] = field(default_factory=lambda: defaultdict(Amount))

    @property
    def begun_only(self) -> bool:
        """Whether not every case has been taken in once: then no report is read from the tallies yet."""
        state = self.context.session.scalar(select(TallyState))
        return state is None or not state.whole or state.reports != digest(self.context)

    def differences(self) -> Iterator[Difference]:
        """Count all cases that have been taken in as they are, and give what the tallies say otherwise."""
        due = set(self.context.session.scalars(select(TallyDue.subject_id)))
        self.waiting = len(due)
        self._count(due)
        tree = Tree.read(self.context.session.scalars(select(TallyState.tree)).one())
        told, counted = self._told(tree), widened(self._counted, tree)
        self.cells = len(told)
        for cell in sorted(told.keys() | counted.keys(), key=str):
            pair = told.get(cell, Amount()), counted.get(cell, Amount())
            if pair[0] != pair[1]:
                yield Difference(cell, *pair)

    def _count(self, due: set[int]) -> None:
        last = 0
        cases = select(Subject.id).where(Subject.kind == "case").order_by(Subject.id).limit(BATCH)
        while ids := self.context.session.scalars(cases.where(Subject.id > last)).all():
            last = ids[-1]
            settled = [each for each in ids if each not in due]
            self.cases += len(settled)
            for added in gather(self.context, kept(self.context.routine), settled, nobody_shut_out()).values():
                for cell, amount in added.items():
                    self._counted[cell] = self._counted[cell].plus(amount)

    def _told(self, tree: Tree) -> dict[Cell, Amount]:
        """What the tallies say without what they once counted of the cases that wait."""
        session = self.context.session
        told: dict[Cell, Amount] = defaultdict(Amount)
        for runs, seconds, extended, *cell in session.execute(select(*ADDED, *CELL)):
            told[Cell(*cell)] = Amount(runs, seconds, extended)
        given = select(PART.c.subject_id, *GIVEN, *CELL).join(TALLY, PART.c.tally_id == TALLY.c.id)
        waiting = given.join(TallyDue, TallyDue.subject_id == PART.c.subject_id)
        for _, runs, seconds, extended, *row in session.execute(waiting):
            for each, amount in widened({Cell(*row): Amount(runs, seconds, extended).negative}, tree).items():
                told[each] = told[each].plus(amount)
        return {cell: amount for cell, amount in told.items() if any(amount)}
