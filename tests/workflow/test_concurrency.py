"""Many at once: one wins each case, the others are told, and nothing is counted twice (F47, F49)."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from app.workflow import engine
from app.workflow.context import Context
from model import Case, JournalEntry, Subject
from tests.workflow.town import Town, moment, work_off

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk, contact]
    states: {open: {label: Open}, taken: {label: Taken}, shut: {label: Shut, final: true}}
    transitions:
      submit:
        {label: Report, from: new, to: open, by: anyone, fields: [area, description], optional: [unit], assign: desk}
      take: {label: Take, from: open, to: taken, by: desk, assign: me, notify: {desk: taken}}
      note: {label: Note, from: any, to: same, by: desk, fields: [comment]}
      close: {label: Close, from: [open, taken], to: shut, by: desk, guards: [every_job_is_done]}
    clocks:
      patience: {start: open, runs: 2 days, remind: {desk: [due, every 1 days]}}
  job:
    label: Job
    part of: case
    see: owner
    states: {begun: {label: Begun}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: begun, by: [handler, desk], fields: [owner], guards: [case_is_open]}
      finish: {label: Finish, from: begun, to: done, by: owner}
guards:
  every_job_is_done: {needs: {every: job, state: final}, says: A job is not done.}
  case_is_open: {needs: {whole: {not: {state: final}}}, says: The case is shut.}
fields:
  owner: {}
"""
THREADS, CASES = 8, 6


@pytest.fixture
def town(settle_on_both) -> Town:
    return settle_on_both(ROUTINE)


def together(count, work):
    """Let `count` threads begin at the same moment; give what each came to."""
    barrier = threading.Barrier(count)

    def begin(number):
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def attempt(town, number, act):
    """One transaction of its own: `won`, or the name of what stopped it."""
    with town.sessions() as session:
        try:
            act(session, Context.open(session, town.now), number)
            session.commit()
        except (engine.Refused, engine.Stale) as stopped:
            session.rollback()
            return type(stopped).__name__
    return "won"


def test_of_eight_who_press_the_same_form_one_wins_each_case(town):
    """F47: overlapping."""
    cases = [town.report().id for _ in range(CASES)]
    town.session.close()
    actor = [town.actor("dora"), town.actor("dirk")]

    def work(number):
        def press(pk):
            return lambda session, context, n: engine.move(
                context, session.get_one(Subject, pk), "take", actor=actor[n % 2], answers={}, version=1
            )

        return [attempt(town, number, press(pk)) for pk in cases]

    outcomes = zip(*together(THREADS, work), strict=True)
    assert [Counter(each) for each in outcomes] == [Counter(won=1, Stale=THREADS - 1)] * CASES
    for case in town.cases():
        assert (case.state, case.version, case.events) == ("taken", 2, 2)
        assert [entry.ordinal for entry in town.journal(case)] == [1, 2]
    assert len([1 for _, name in town.mails(since=0) if name == "taken"]) == CASES


def test_writes_that_bear_each_other_all_come_in_one_after_the_other(town):
    case = town.report().id
    town.session.close()

    def work(number):
        def note(session, context, n):
            subject = session.get_one(Subject, case)
            answers = {"comment": f"Note {n}"}
            engine.move(context, subject, "note", actor=town.actor("dora"), answers=answers, version=None)

        found = "Stale"
        while found == "Stale":
            found = attempt(town, number, note)
        return found

    assert together(THREADS, work) == ["won"] * THREADS
    [row] = town.cases()
    assert (row.version, row.events) == (THREADS + 1, THREADS + 1)
    notes = [entry.answers["comment"] for entry in town.journal(row) if entry.transition == "note"]
    assert sorted(notes) == [f"Note {n}" for n in range(THREADS)]


def test_no_two_cases_get_the_same_number(town):
    town.session.close()

    def work(number):
        def submit(session, context, n):
            answers = {"area": "teaching", "unit": "red", "description": f"Number {n}."}
            engine.create(context, "submit", actor=town.actor("stig"), answers=answers)

        return [attempt(town, number, submit) for _ in range(2)]

    assert sum(together(THREADS, work), []) == ["won"] * THREADS * 2
    numbers = [case.number for case in town.cases()]
    assert sorted(numbers) == [f"2026-{n:04d}" for n in range(1, THREADS * 2 + 1)]


def test_a_job_is_never_added_to_a_case_that_is_being_shut(town):
    cases = [town.report().id for _ in range(CASES)]
    town.session.close()
    owner = str(town.people["olga"])

    def work(number):
        def shut(pk):
            return lambda session, context, n: engine.move(
                context, session.get_one(Subject, pk), "close", actor=town.actor("dora"), answers={}, version=None
            )

        def add(pk):
            return lambda session, context, n: engine.create(
                context,
                "add",
                actor=town.actor("dirk"),
                answers={"owner": owner},
                flow="job",
                whole=session.get_one(Case, pk),
            )

        return [attempt(town, number, (shut if number % 2 else add)(pk)) for pk in cases]

    together(4, work)
    for case in town.cases():
        jobs = [part.state for part in case.parts]
        assert case.state == "open" if jobs else case.state == "shut", (case.number, jobs)


def test_two_workers_remind_once(town):
    """F49."""
    cases = [town.report().id for _ in range(CASES)]
    town.session.close()
    town.now = moment("2026-03-05 07:00")

    def work(_):
        with town.sessions() as session:
            return work_off(session, town.now, limit=2)

    assert sum(together(4, work)) >= CASES
    reminders = Counter(town.mails(since=0))
    assert reminders == {("dora", "reminder"): CASES, ("dirk", "reminder"): CASES}
    entries = town.session.scalars(select(JournalEntry).where(JournalEntry.event == "reminded")).all()
    assert sorted(entry.subject_id for entry in entries) == cases


def test_a_worker_and_handlers_at_the_same_cases_lose_nothing(town):
    cases = [town.report().id for _ in range(CASES)]
    town.session.close()
    town.now = moment("2026-03-05 07:00")

    def work(number):
        if number % 2:
            with town.sessions() as session:
                work_off(session, town.now, limit=1)
            return ["worked"]

        def note(pk):
            return lambda session, context, n: engine.move(
                context,
                session.get_one(Subject, pk),
                "note",
                actor=town.actor("dora"),
                answers={"comment": f"{n}"},
                version=None,
            )

        return [attempt(town, number, note(pk)) for pk in cases]

    outcomes = together(4, work)
    won = sum(each.count("won") for each in outcomes)
    for case in town.cases():
        ordinals = [entry.ordinal for entry in town.journal(case)]
        assert ordinals == list(range(1, case.events + 1))
    notes = town.session.scalars(select(JournalEntry).where(JournalEntry.transition == "note")).all()
    assert len(notes) == won
    assert Counter(name for _, name in town.mails(since=0))["reminder"] == CASES * 2
