"""Many clocks at once: few statements, each reminder once whoever else sweeps or is killed, one digest for each person."""

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import get_context

import pytest
from sqlalchemy import event, select, text, update

from app.language.moments import Length, Moment
from app.workflow import clocks, digest, engine, reminding
from app.workflow.context import Context
from model import Clock, JournalEntry, OutgoingMail, Part
from tests.workflow.sweeper import sweep
from tests.workflow.town import moment, work_off

PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.workflow.sweeper"])

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, description], optional: [unit], assign: desk}
      close: {label: Close, from: open, to: shut, by: desk}
    clocks:
      patience: {start: open, runs: 2 days, remind: {handler: [due, every 1 working days]}}
  job:
    label: Job
    part of: case
    see: owner
    states: {begun: {label: Begun}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: begun, by: desk, fields: [owner]}
      note: {label: Note, from: begun, to: same, by: desk, fields: [comment]}
      finish: {label: Finish, from: begun, to: done, by: owner}
    clocks:
      job: {start: begun, runs: 2 days, remind: {owner: [due], desk: [due]}}
fields:
  owner: {}
"""
AT = "2026-03-05 07:00"
"""When what was begun on Monday the 2nd is due."""
LONG_AFTER = "2026-04-15 12:00"
SWEEPERS, KILLS = 4, 4


@pytest.fixture
def town(settle_on_both):
    return settle_on_both(ROUTINE)


def reports(town, count):
    """Make cases, every other one with a job of Olga's; give how many reminders each person is to have."""
    for number in range(count):
        case = town.report()
        if number % 2:
            town.add(case, "dora", owner=str(town.people["olga"]))
    town.session.close()
    return Counter(dora=count + count // 2, dirk=count + count // 2, olga=count // 2)


def reminded(town):
    """How many reminders each person has, once it is sure that the journal tells of each."""
    town.session.rollback()
    rows = town.session.scalars(select(JournalEntry).where(JournalEntry.event == "reminded")).all()
    assert len({row.subject_id for row in rows}) == len(rows)
    told = Counter(town.names[int(mail["to"])] for row in rows for mail in row.mails)
    assert told == Counter(name for name, mail in town.mails(since=0) if mail == "reminder")
    return told


def together(town, until):
    """Let sweepers begin at once, each going on until it finds nothing."""
    town.session.close()

    def work(_):
        with town.sessions() as session:
            work_off(session, moment(until), limit=2)
            session.commit()

    with ThreadPoolExecutor(SWEEPERS) as pool:
        list(pool.map(work, range(SWEEPERS)))


@contextmanager
def statements(town):
    told = []

    def tell(_connection, _cursor, statement, *_):
        told.append(statement)

    event.listen(town.database, "before_cursor_execute", tell)
    yield told
    event.remove(town.database, "before_cursor_execute", tell)


@contextmanager
def sweeper(town, *, commits):
    """A process that sweeps, and is killed in the end; gives what it tells after each two clocks."""
    ours, theirs = PROCESSES.Pipe(duplex=False)
    url = town.database.url.render_as_string(hide_password=False)
    process = PROCESSES.Process(target=sweep, args=(url, moment(AT), theirs, commits))
    process.start()
    try:
        yield lambda: ours.poll(60) and ours.recv()
    finally:
        process.kill()
        process.join()


def test_each_clock_more_costs_its_mails_and_its_row_of_the_journal(town):
    taken = []
    for cases, due in ((2, 3), (12, 18)):
        reports(town, cases)
        town.work("2026-03-02 12:00")  # what everybody keeps in memory is there
        with statements(town) as told:
            assert reminding.run_due(town.session, moment(AT)) == due
            town.session.commit()
        taken.append(len(told))
    assert taken[1] - taken[0] <= 2 * (18 - 3), taken


def test_four_sweepers_remind_each_once(town):
    due = reports(town, 10)
    together(town, AT)
    assert reminded(town) == due


def test_four_sweepers_make_one_digest_for_each_person(town):
    due = reports(town, 10)
    together(town, LONG_AFTER)
    assert reminded(town) == due
    waiting = town.session.scalars(select(OutgoingMail).where(OutgoingMail.status == "waiting")).all()
    assert Counter((town.names[mail.receiver_id], mail.name) for mail in waiting) == Counter(
        {(name, "reminders"): 1 for name in due}
    )


def test_a_sweeper_killed_before_it_commits_has_reminded_nobody_and_keeps_nobody_waiting(town):
    due = reports(town, 4)
    with sweeper(town, commits=False) as told:
        assert told() == 2
    assert reminded(town) == Counter()
    town.work(AT)
    assert reminded(town) == due


def test_sweepers_killed_again_and_again_remind_each_once(town):
    due = reports(town, 20)
    chance = random.Random(49)  # noqa: S311 - the moments of the kills
    for _ in range(KILLS):
        with sweeper(town, commits=True) as told:
            for _ in range(chance.randrange(1, 4)):
                told()
    town.work(AT)
    assert reminded(town) == due


WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def until_somebody_waits(town):
    """On PostgreSQL: until a connection waits for another one's lock."""
    if town.database.dialect.name == "postgresql":
        end = time.monotonic() + 30
        with town.database.connect() as connection:
            while not connection.execute(text(WAITING)).scalar():
                connection.rollback()
                assert time.monotonic() < end
                time.sleep(0.01)


def test_whoever_moves_a_part_and_a_sweeper_never_wait_for_each_other(town):
    """The mover holds the case and then wants its part, which is due."""
    case = town.report()
    job = town.add(case, "dora", owner=str(town.people["olga"])).id
    town.session.execute(update(Clock).where(Clock.subject_id == case.id).values(next_at=None))
    town.session.commit()
    town.session.close()
    with town.sessions() as mover, ThreadPoolExecutor(1) as pool:
        context = Context.open(mover, moment(AT))
        part = mover.get_one(Part, job)
        engine.hold(context, part.whole)
        swept = pool.submit(together, town, AT)
        until_somebody_waits(town)
        engine.move(context, part, "note", actor=town.actor("dora"), answers={"comment": "Soon."}, version=None)
        mover.commit()
        swept.result()
    assert reminded(town) == Counter(olga=1, dora=1, dirk=1)


def test_of_two_who_gather_at_once_one_finds_nothing_left(town):
    reports(town, 2)
    with town.sessions() as session:
        assert reminding.run_due(session, moment(LONG_AFTER), limit=3) == 3  # as many as there are: it doesn't gather
        session.commit()

    def gather():
        with town.sessions() as session:
            digest.gather(session, moment(LONG_AFTER))
            session.commit()

    with town.sessions() as first, ThreadPoolExecutor(1) as pool:
        digest.gather(first, moment(LONG_AFTER))
        second = pool.submit(gather)
        until_somebody_waits(town)
        first.commit()
        second.result()
    waiting = town.session.scalars(select(OutgoingMail).where(OutgoingMail.status == "waiting")).all()
    told = sorted((town.names[mail.receiver_id], mail.name) for mail in waiting)
    assert told == [("dirk", "reminders"), ("dora", "reminders"), ("olga", "reminder")]


STOPS = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states: {open: {label: Open}, left: {label: Left}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, description], optional: [unit], assign: desk}
      leave: {label: Leave, from: open, to: left, by: itself}
      close: {label: Close, from: [open, left], to: shut, by: desk}
    clocks:
      short: {start: open, runs: 2 days, then: leave}
      patience: {start: open, runs: 2 days, remind: {desk: [due]}}
"""


def test_what_one_clock_sets_off_stops_another_that_is_due(settle):
    town = settle(STOPS)
    case = town.report()
    assert town.work(AT) == 2
    assert (case.state, town.mails()) == ("left", [])


@pytest.mark.parametrize("days", [-1, 0, 1, 2, 3, 700, 10_000])
def test_a_repeating_reminder_is_found_without_reckoning_each_time_of_it(days):
    start = moment("2026-03-02 09:00")
    asked = []

    def at(n):
        asked.append(n)
        return start + timedelta(days=2 * n)

    every = Moment("every", Length(2, "days"))
    times = sum(start + timedelta(days=2 * n) <= start + timedelta(days=days) for n in range(1, clocks.MOST_REPEATS))
    assert clocks.past(every, at, start + timedelta(days=days)) == times
    assert len(asked) <= 20
    assert max(asked) <= max(1, days)
