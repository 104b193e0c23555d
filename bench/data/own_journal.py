"""The product's journal of the facts: each row with its proof, and the chain over all of them."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

from app.workflow import prints
from app.workflow.sealing import START, Seal
from bench.data.bulk import Bulk
from bench.data.facts import SEED, Case, Event
from bench.data.places import Places
from bench.data.seeded import SECRET

JOURNAL = (
    *("id", "subject_id", "case_id", "ordinal", "at", "actor_id", "actor_as", "event", "transition", "flow"),
    *("from_state", "to_state", "edition_id", "round", "answers", "trace", "mails", "salts", "prints", "digest"),
)
SEALS = ("id", "entry_id", "subject_id", "digest", "adopted", "chain")
MAILS = {
    "submit": [{"name": "receipt", "why": "reporter"}],
    "forward": [{"name": "case_assigned", "why": "handler"}],
    "accept": [{"name": "case_accepted", "why": "reporter"}],
    "close": [{"name": "case_closed", "why": "reporter"}],
    "add": [{"name": "action_assigned", "why": "owner"}],
}


class Journal:
    """Writes the rows in the order in which they are sealed."""

    def __init__(self, bulk: Bulk, places: Places) -> None:
        self._bulk, self._places = bulk, places
        self._key, self._chain = prints.key_of(SECRET), START
        self._chance = random.Random(SEED)  # noqa: S311 - salts of made-up cases
        self._rows = 0

    def write(self, pk: int, case: Case, reporter: int) -> None:
        """Write what happened to a case, whose row has that id, and to its parts, whose rows follow."""
        ordinals: dict[int, int] = {}
        for event in case.events:
            ordinals[event.action] = ordinals.get(event.action, 0) + 1
            self._write(pk, case, event, ordinals[event.action], reporter)

    def _write(self, pk: int, case: Case, event: Event, ordinal: int, reporter: int) -> None:
        self._rows += 1
        mails = MAILS.get(event.move, []) if not event.action or event.move == "add" else []
        row = SimpleNamespace(
            subject_id=pk + event.action,
            case_id=pk,
            ordinal=ordinal,
            at=event.at,
            actor_id=event.actor or reporter,
            actor_as="" if event.actor else "reporter",
            event="moved",
            transition=event.move,
            flow="action" if event.action else "case",
            from_state=event.before,
            to_state=event.after,
            edition_id=1,
            round=1,
            answers=_answers(case, event, reporter),
            trace=[],
            mails=[{"to": str(reporter), **each} for each in mails],
        )
        parts = prints.printed(row.answers, row.mails, row.trace, row.actor_id)
        row.salts = {name: f"{self._chance.getrandbits(128):032x}" for name in parts}
        row.prints = {name: prints.print_of(row.salts[name], name, value) for name, value in parts.items()}
        kept = [getattr(row, name) for name in prints.KEPT]
        row.digest = prints.digest_of(self._key, kept, row.mails, row.prints)
        self._bulk.add("journal_entry", (self._rows, *(getattr(row, name) for name in JOURNAL[1:])))
        self._seal(row.subject_id, row.digest)

    def _seal(self, subject: int, digest: str) -> None:
        made = Seal(self._rows, self._rows, subject, digest, adopted=False)
        self._chain = prints.proof(self._key, (self._chain, *made))
        self._bulk.add("journal_seal", (*made, self._chain))


def _answers(case: Case, event: Event, reporter: int) -> dict[str, Any]:
    match event.move:
        case "submit":
            return {"reporter": reporter, "description": case.text, "tried_first": "tried", "no_personal_data": True}
        case "assess":
            return {"severity": case.severity}
        case "close":
            return {"summary": event.note}
        case "complete":
            return {"result": event.note}
        case "note" | "reject":
            return {"comment": event.note}
    return {}
