"""The facts in the product's own tables, as its engine would have written them: cases, parts, clocks, mails."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from app.outbox import tokens
from bench.data.bulk import BATCH, Bulk, into
from bench.data.facts import SEED, Action, Case, Event, students
from bench.data.own_journal import JOURNAL, SEALS, Journal
from bench.data.places import Places
from bench.data.seeded import SECRET
from bench.data.small import MAILED_DAYS
from model.base import NEVER

SUBJECT = (
    *("id", "kind", "number", "flow", "edition_id", "state", "former_states", "finished", "orphaned", "version"),
    *("round", "events", "handler", "trace", "next_step", "submitted_at", "changed_at", "closed_at", "due_at"),
    *("title", "description", "severity", "language", "reporter_kind", "due_on", "answers", "done", "presses"),
    *("excluded", "unit_id", "area_id", "reporter_id", "owner_id", "whole_id"),
    *("follow_salt", "follow_hash", "code_hash"),
)
CLOCK = (
    *("id", "subject_id", "name", "run", "started_at", "started_in", "due_at", "paused_units", "stopped_at"),
    *("until_counts", "extended", "reminded_until", "next_at"),
)
MAIL = (
    *("id", "event_key", "subject_id", "receiver_id", "address", "name", "why", "language", "message_id", "subject"),
    *("body", "link", "letter", "created_at", "status", "tries", "next_try_at", "sent_at", "fault"),
)
PERSON = ("id", "label", "mail", "kind", "language", "external", "guest", "unit_id")
TABLES = {
    "person": PERSON,
    "subject": SUBJECT,
    "journal_entry": JOURNAL,
    "journal_seal": SEALS,
    "clock": CLOCK,
    "outgoing_mail": MAIL,
    "counter": ("name", "value"),
}
WAY = ("received", "at_faculty", "in_progress")
RUNS = {"at_intake": ("received", 5), "at_faculty": ("at_faculty", 7), "in_progress": ("in_progress", 42)}
"""The case's clocks: the state that starts each, and about how many days its working days are."""
NEXT = {"received": "forward", "at_faculty": "accept", "in_progress": "close"}
REMINDED = timedelta(days=9)
"""How long ago a clock that is over was last told of: one more reminder to each is due now."""


def fill(url: str, places: Places, cases: Iterable[Case], count: int, now: datetime) -> None:
    """Fill the seeded database at `url`; everybody who reported is a student with an account elsewhere."""
    with into(url, TABLES) as bulk:
        first = max(row[0] for row in places.people) + 1
        for nth in range(students(count)):
            unit = places.units[nth % len(places.units)][0]
            mail = f"student{nth}@students.example"
            bulk.add("person", (first + nth, f"Student {nth}", mail, "student", "nb", False, False, unit))
        bulk.flush()
        writer = _Writer(bulk, places, first, now)
        for case in cases:
            writer.write(case)
            bulk.flush(BATCH)
        for name, value in writer.numbers.items():
            bulk.add("counter", (name, value))


class _Writer:
    def __init__(self, bulk: Bulk, places: Places, students_from: int, now: datetime) -> None:
        self._bulk, self._places, self._students_from, self._now = bulk, places, students_from, now
        self._journal = Journal(bulk, places)
        self._chance = random.Random(SEED)  # noqa: S311 - salts of made-up cases
        self._ids = self._clocks = self._mails = 0
        self.numbers: dict[str, int] = {}

    def write(self, case: Case) -> None:
        """Write a case and everything that happened to it."""
        pk = self._ids + 1
        self._ids += 1 + len(case.actions)
        year, number = case.number.split("-")
        self.numbers[year] = max(self.numbers.get(year, 0), int(number))
        own = [event for event in case.events if not event.action]
        due = self._run_clocks(pk, own)
        parts = [(pk + nth, action) for nth, action in enumerate(case.actions, 1)]
        ends = [action.due_at for _, action in parts if action.done_at is None]
        self._bulk.add("subject", self._case(pk, case, own, min([*due, *ends], default=NEVER)))
        for nth, (part, action) in enumerate(parts, 1):
            self._write_part(part, pk, case, action, [event for event in case.events if event.action == nth])
        self._journal.write(pk, case, self._students_from + case.reporter)
        if case.closed_at and case.closed_at > self._now - timedelta(days=MAILED_DAYS):
            self._mail(pk, case, own[-1], len(own))

    def _case(self, pk: int, case: Case, own: list[Event], due: datetime) -> tuple[Any, ...]:
        reporter = self._students_from + case.reporter
        seat = self._places.seats[case.faculty, case.area] if case.handler else self._places.intake
        salt = f"{self._chance.getrandbits(192):048x}"
        follow = tokens.digest(tokens.token(SECRET, pk, salt))
        code = tokens.digest(tokens.code(SECRET, pk, salt))
        return (
            *(pk, "case", case.number, "case", 1, case.state, _former(case.state, own), case.finished, False, len(own)),
            *(
                1,
                len(own),
                seat,
                _trace(case, seat),
                _next_step(case),
                case.submitted_at,
                own[-1].at,
                case.closed_at,
                due,
            ),
            *(case.title, case.text, case.severity, "nb", "student", None, _answers(own), _done(own, reporter), {}),
            *("", case.unit, case.area, reporter, None, None, salt, follow, code),
        )

    def _write_part(self, pk: int, whole: int, case: Case, action: Action, events: list[Event]) -> None:
        done, nth = action.done_at is not None, pk - whole
        step = {} if done else {"flow": "action", "transition": "complete", "blocked": None}
        due = NEVER if done else action.due_at
        answers = {"result": events[-1].note} if done else {}
        state = events[-1].after
        row = (
            *(pk, "part", f"{case.number}-{nth}", "action", 1, state, _former(state, events), done, False, len(events)),
            *(1, len(events), None, [], step, action.made_at, events[-1].at, action.done_at, due),
            *(action.title, action.title, None, "nb", None, action.due_at.date(), answers, _done(events, 0), {}),
            *("", None, None, None, action.owner, whole, None, None, None),
        )
        self._bulk.add("subject", row)
        late = not done and action.due_at < self._now
        reminded = max(action.made_at, self._now - REMINDED) if late else action.made_at
        upcoming = (self._now if late else action.due_at) if not done else None
        self._clock(pk, "action_due", "", action.made_at, action.due_at, action.done_at, reminded, upcoming)

    def _run_clocks(self, pk: int, own: list[Event]) -> list[datetime]:
        """Write the case's clocks; give the ends of those that run."""
        ends = []
        for name, (state, days) in RUNS.items():
            began = next((each.at for each in own if each.after == state and each.before != state), None)
            if began is None:
                continue
            left = next((each.at for each in own if each.before == state and each.after != state), None)
            due = began + timedelta(days=days)
            upcoming = None if left else max(due, self._now + timedelta(days=30))
            self._clock(pk, name, state, began, due, left, began, upcoming)
            ends += [due] if left is None else []
        return ends

    def _clock(
        self,
        subject: int,
        name: str,
        state: str,
        began: datetime,
        due: datetime,
        stopped: datetime | None,
        reminded: datetime,
        upcoming: datetime | None,
    ) -> None:
        self._clocks += 1
        row = (self._clocks, subject, name, 1, began, state, due, 0, stopped, True, False, reminded, upcoming)
        self._bulk.add("clock", row)

    def _mail(self, pk: int, case: Case, event: Event, ordinal: int) -> None:
        self._mails += 1
        mail, key = f"student{case.reporter}@students.example", f"{pk}:{ordinal}"
        told = (f"Sak {case.number} er lukket", "Saken din er avsluttet. Her kan du lese hva som ble gjort.")
        row = (
            *(self._mails, key, pk, self._students_from + case.reporter, mail, "case_closed", "reporter", "nb"),
            *(f"<{key}@bench.example>", *told, f"follow:{pk}", {}, event.at, "sent", 1, event.at, event.at, ""),
        )
        self._bulk.add("outgoing_mail", row)


def _former(state: str, events: Iterable[Event]) -> list[str]:
    return [each.before for each in events if each.before and each.before not in (each.after, state)]


def _trace(case: Case, seat: str) -> list[dict[str, Any]]:
    found = {"role": seat.partition(":")[0], "unit": case.faculty, "people": ["Somebody"], "deputy": False}
    return [{"step": "row", "row": 1, "ok": True}, {"step": "role", "ok": True, **found}]


def _next_step(case: Case) -> dict[str, Any]:
    if case.finished:
        return {}
    blocked = "every_action_is_settled" if any(each.done_at is None for each in case.actions) else None
    return {"flow": "case", "transition": NEXT[case.state], "blocked": blocked}


def _answers(own: list[Event]) -> dict[str, Any]:
    found: dict[str, Any] = {"tried_first": "tried", "no_personal_data": True, "course": None}
    notes = [each.note for each in own if each.move == "note"]
    if notes:
        found["comment"] = notes[-1]
    if own[-1].move == "close":
        found["summary"] = own[-1].note
    return found


def _done(own: list[Event], reporter: int) -> dict[str, Any]:
    return {each.move: {"at": place, "by": [each.actor or reporter]} for place, each in enumerate(own, 1)}


def moment(now: datetime) -> datetime:
    """The day's beginning in UTC: what the data set counts as now, so that a day's data sets are alike."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
