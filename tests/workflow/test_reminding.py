"""What the worker does when a clock's time comes: each reminder once, a ladder of them, and the end by itself."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from app.workflow import clocks, reminding
from model import Clock, JournalEntry, OutgoingMail
from model.base import NEVER
from tests.workflow.town import local, moment, nothing_written, work_off

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk, contact]
    states:
      open: {label: Open}
      taken: {label: Taken}
      lifted: {label: Lifted}
      shut: {label: Shut, final: true}
    transitions:
      submit:
        label: Report
        from: new
        to: open
        by: anyone
        fields: [reporter, area, description]
        optional: [unit]
        assign: desk
      take: {label: Take, from: open, to: taken, by: desk, assign: contact, notify: {handler: yours}}
      lift: {label: Lift, from: taken, to: lifted, by: itself, assign: boss, guards: [asked_first], notify: {handler: lifted, reporter: lifted}}
      ask: {label: Ask, from: taken, to: same, by: handler, fields: [comment]}
      close: {label: Close, from: [open, taken, lifted], to: shut, by: [desk, handler]}
    clocks:
      at_desk: {start: open, runs: 3 working days, remind: {desk: [1 working days before, due, every 2 working days]}}
      at_contact: {start: taken, runs: 24 hours, remind: {handler: [2 hours before, due], boss: [1 days after]}, then: lift}
guards:
  asked_first: {needs: {done: ask}, says: Ask first.}
"""


@pytest.fixture
def town(settle):
    return settle(ROUTINE)  # Monday 2 March 2026, 09:00


def reminded(town):
    return sorted(name for name, mail in town.mails() if mail == "reminder")


def name_of(town, mail):
    return next(name for name, person in town.people.items() if person == mail.receiver_id)


def test_each_reminder_goes_at_its_moment_and_once(town):
    town.report()
    sent = []
    for day in range(3, 14):
        town.work(f"2026-03-{day:02d} 06:59")
        assert reminded(town) == []
        town.work(f"2026-03-{day:02d} 07:00")
        if reminded(town):
            sent.append((day, reminded(town)))
        assert town.work(f"2026-03-{day:02d} 12:00") == 0
    both = ["dirk", "dora"]
    # Due on Thursday 5th: the day before it, the morning after its end, and then every second working day.
    assert sent == [(4, both), (6, both), (9, both), (11, both), (13, both)]


def test_nothing_is_sent_after_the_clock_has_stopped(town):
    case = town.report()
    town.do(case, "dora", "close")
    town.go_to("2026-06-01 09:00")
    assert town.mails() == []
    assert case.version == 2


def test_after_days_without_a_worker_each_person_gets_one_reminder_and_the_journal_one_row(town):
    case = town.report()
    town.work("2026-03-25 12:00")
    assert reminded(town) == ["dirk", "dora"]
    assert [entry.event for entry in town.journal(case)] == ["moved", "reminded"]
    assert town.work("2026-03-25 12:05") == 0


def test_after_days_without_a_worker_each_person_gets_one_mail_for_all_cases(town):
    """F54."""
    numbers = [town.report().number for _ in range(3)]
    assert town.work("2026-03-09 12:00") == 3
    told = [mail for mail in town.session.scalars(select(OutgoingMail)) if mail.status == "waiting"]
    assert sorted((name_of(town, mail), mail.name, mail.subject, mail.link) for mail in told) == [
        (name, "reminders", "Reminders: 3", "cases:") for name in ("dirk", "dora")
    ]
    for mail in told:
        assert all(f"{number}: 5 March 2026" in mail.body for number in numbers), mail.body
    assert town.work("2026-03-09 12:05") == 0


def test_more_late_clocks_than_a_transaction_takes_are_still_one_mail_and_punctual_ones_are_not_gathered(town):
    for _ in range(3):
        town.report()
    at = moment("2026-03-09 12:00")
    work_off(town.session, at, limit=2)
    waiting = select(OutgoingMail.name).where(OutgoingMail.status == "waiting")
    assert town.session.scalars(waiting).all() == ["reminders"] * 2
    reminding.run_due(town.session, moment("2026-03-11 07:00"))
    assert sorted(town.session.scalars(waiting).all()) == ["reminder"] * 6 + ["reminders"] * 2


def test_the_ladder_climbs_from_the_handler_to_the_boss(town):
    case = town.do(town.report(), "dora", "take")
    town.go_to("2026-03-03 07:30")
    assert town.mails() == [("rita", "reminder")], "two hours before the 24th"
    town.go_to("2026-03-03 09:00")
    assert town.mails() == [("rita", "reminder")]
    town.go_to("2026-03-04 10:00")
    assert ("bess", "reminder") in town.mails()
    del case


def test_a_reminder_goes_to_those_who_hold_it_now(town):
    from sqlalchemy import update  # noqa: PLC0415 - only here

    from app.web.database import bump  # noqa: PLC0415
    from model import Assignment  # noqa: PLC0415

    case = town.do(town.report(), "dora", "take")
    rita = select(Assignment.id).where(Assignment.person_id == town.people["rita"]).scalar_subquery()
    town.session.execute(update(Assignment).where(Assignment.id == rita).values(person_id=town.people["olga"]))
    bump(town.session)
    town.session.commit()
    town.go_to("2026-03-03 07:30")
    assert town.mails() == [("olga", "reminder")]
    assert town.handlers(case) == {"olga"}


def test_the_end_by_itself_comes_in_the_first_second_after_the_end(town):
    case = town.do(town.report(), "dora", "take")
    town.do(case, "rita", "ask", comment="Well?")
    end = town.clock(case, "at_contact").due_at
    assert end == moment("2026-03-03 09:00")
    town.go_to("2026-03-03 09:00:00")
    assert case.state == "taken"
    town.go_to("2026-03-03 09:00:01")
    assert case.state == "lifted"
    assert sorted(name for name in town.mails() if name[1] == "lifted") == [("bess", "lifted"), ("stig", "lifted")]
    last = town.journal(case)[-1]
    assert (last.transition, last.actor_as) == ("lift", "itself")
    assert town.clock(case, "at_contact").stopped_at is not None


def test_a_refused_end_writes_the_journal_alone_and_a_later_move_tries_again(town):
    case = town.do(town.report(), "dora", "take")
    version = case.version
    town.go_to("2026-03-04 12:00")
    assert case.state == "taken"
    refused = [entry for entry in town.journal(case) if entry.event == "refused"]
    assert [entry.answers["refused"] for entry in refused] == [["asked_first"]]
    assert case.version == version, "nobody's open form is made stale by what didn't happen"
    town.do(case, "rita", "ask", comment="At last.")
    town.work("2026-03-04 12:01")
    assert case.state == "lifted"


STAYS = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states:
      open: {label: Open}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, description], assign: desk}
      warn: {label: Warn, from: open, to: same, by: itself, notify: {boss: late}}
      again: {label: Again, from: open, to: same, by: desk}
      close: {label: Close, from: open, to: shut, by: desk}
    clocks:
      answer: {start: [submit, again], runs: 1 days, remind: {desk: [every 1 days]}, then: warn}
"""


def test_an_end_by_itself_that_leaves_the_clock_running_comes_once_in_a_run(settle):
    town = settle(STAYS)
    case = town.report()
    town.go_to("2026-03-06 12:00")
    assert [mail for _, mail in town.mails() if mail == "late"] == ["late"]
    assert len([entry for entry in town.journal(case) if entry.transition == "warn"]) == 1
    town.do(case, "dora", "again")
    town.go_to("2026-03-08 12:00")
    assert len([entry for entry in town.journal(case) if entry.transition == "warn"]) == 2


def test_a_worker_without_work_writes_nothing(town):
    town.report()
    with nothing_written(town):
        assert town.work("2026-03-03 12:00") == 0


def test_the_journal_says_who_was_reminded_by_what(town):
    case = town.report()
    town.work("2026-03-04 07:00")
    entry = town.session.get(JournalEntry, town.journal(case)[-1].id)
    assert {(mail["to"], mail["name"], mail["why"]) for mail in entry.mails} == {
        (str(town.people[name]), "reminder", "desk") for name in ("dora", "dirk")
    }


def test_putting_the_clock_back_repeats_nothing(town):
    """F52."""
    town.report()
    town.work("2026-03-04 07:00")
    town.work("2026-03-04 06:00")
    assert reminded(town) == []
    town.work("2026-03-04 07:30")
    assert reminded(town) == []


def test_a_fault_in_one_clock_is_put_off_and_keeps_no_other_waiting(town, monkeypatch):
    first, second = town.report(), town.report()
    real = reminding._run

    def broken(context, row):
        if row.subject_id == first.id:
            row.reminded_until = context.now
            raise RuntimeError("a fault in this clock")
        real(context, row)

    monkeypatch.setattr(reminding, "_run", broken)
    town.now = moment("2026-03-04 07:00")
    before = town.clock(first, "at_desk").reminded_until
    assert reminding.run_due(town.session, town.now) == 2
    town.session.commit()
    assert town.clock(first, "at_desk").next_at == town.now + reminding.PUT_OFF
    assert town.clock(first, "at_desk").reminded_until == before, "nothing of it is kept"
    assert [row.event for row in town.journal(second)][1:] == ["reminded"]
    assert [row.event for row in town.journal(first)][1:] == []
    monkeypatch.undo()
    town.work("2026-03-04 07:15")
    assert [row.event for row in town.journal(first)][1:] == ["reminded"]


def test_a_clock_that_the_routine_has_no_longer_rests(town):
    case = town.report()
    town.clock(case, "at_desk").name = "of_old"
    town.session.commit()
    town.work("2026-03-20 12:00")
    row = town.clock(case, "of_old")
    assert (row.next_at, row.stopped_at) == (None, None)
    assert [each.event for each in town.journal(case)] == ["moved"]


def test_of_a_repeating_reminder_no_more_is_reckoned_than_the_next(town):
    case = town.report()
    town.work("2026-03-09 07:00")
    town.now = moment("2026-03-09 12:00")
    row, facts = town.clock(case, "at_desk"), town.facts(case)
    clock = facts.flow.clocks["at_desk"]

    def told(until):
        several = clocks.reminders(clock, row, facts)
        return [(each.how, clocks.past(each, at, until), local(at(1))) for _, each, at in several]

    first = {"before": "2026-03-04 07:00", "due": "2026-03-06 07:00", "every": "2026-03-09 07:00"}
    assert told(town.now) == [(how, 1, when) for how, when in first.items()]
    assert told(moment("2026-03-01 00:00")) == [(how, 0, when) for how, when in first.items()]
    assert told(moment("2026-03-11 07:00"))[2] == ("every", 2, first["every"])
    [(_, every, at)] = [each for each in clocks.reminders(clock, row, facts) if each[1].how == "every"]
    reckoned = []
    clocks.past(every, lambda n: reckoned.append(n) or at(n), town.now)
    assert max(reckoned) == 2, "never further than the next"
    assert clocks.next_moment(clock, row, facts) == moment("2026-03-11 07:00")
    row.due_at = None
    assert told(NEVER) == []
    assert clocks.next_moment(clock, row, facts) is None


def test_a_fault_in_a_clock_is_in_the_log_with_its_case(town, monkeypatch):
    case = town.report()
    monkeypatch.setattr(reminding, "_run", lambda *_: 1 / 0)
    with capture_logs() as logged:
        town.now = moment("2026-03-04 07:00")
        reminding.run_due(town.session, town.now)
    [told] = [each for each in logged if each["event"] == "clock_failed"]
    assert (told["subject"], told["clock"], told["log_level"]) == (case.id, town.clock(case, "at_desk").id, "error")
    assert timedelta(minutes=15) == reminding.PUT_OFF


def one_by_one(*_):
    """In the place of what holds many at a time."""
    raise RuntimeError


def test_a_case_is_held_while_its_clock_works_and_a_part_after_its_whole(settle, monkeypatch):
    town = settle(
        ROUTINE.replace(
            "guards:\n",
            """  job:
    label: Job
    part of: case
    see: [owner]
    states: {given: {label: Given}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: given, by: desk, fields: [description, owner]}
      finish: {label: Finish, from: given, to: done, by: owner}
    clocks:
      job_done: {start: add, runs: 1 days, remind: {owner: [due]}}
guards:
""",
        )
    )
    case = town.report()
    part = town.add(case, "dora", description="Mend it.", owner=town.people["bill"])
    held = []
    real = reminding.engine.hold
    monkeypatch.setattr(reminding, "_hold", one_by_one)
    monkeypatch.setattr(reminding.engine, "hold", lambda context, each: held.append(each) or real(context, each))
    town.work("2026-03-04 07:00")
    assert held == [case, case, part]
    assert ("bill", "reminder") in town.mails()


def test_what_somebody_else_has_done_meanwhile_is_not_done_again(town, monkeypatch):
    rows = [town.clock(town.report(), "at_desk") for _ in range(4)]
    real = reminding.engine.hold
    at = moment("2026-03-04 07:00")
    later = {
        rows[0].subject_id: {"stopped_at": at},
        rows[1].subject_id: {"next_at": None},
        rows[2].subject_id: {"next_at": at + timedelta(seconds=1)},
        rows[3].subject_id: {"next_at": at},
    }

    def meanwhile(context, each):
        real(context, each)
        context.session.execute(update(Clock).where(Clock.subject_id == each.id).values(later[each.id]))

    monkeypatch.setattr(reminding, "_hold", one_by_one)
    monkeypatch.setattr(reminding.engine, "hold", meanwhile)
    assert town.work("2026-03-04 07:00") >= 4
    assert sorted({row.subject_id for row in rows if row.reminded_until == at}) == [rows[3].subject_id]


def test_a_reminder_is_late_after_an_hour_and_not_in_it(town):
    for _ in range(2):
        town.report()
    town.work("2026-03-04 08:00")
    assert reminded(town) == ["dirk", "dirk", "dora", "dora"]
    assert [name for _, name in town.mails() if name == "reminders"] == []
    town.work("2026-03-06 08:00:01")
    assert [name for _, name in town.mails() if name == "reminders"] == ["reminders"] * 2


def test_a_refused_end_is_told_once_and_again_when_something_else_stands_in_the_way(town):
    case = town.do(town.report(), "dora", "take")
    town.work("2026-03-04 12:00")
    rows = [row for row in town.journal(case) if row.event == "refused"]
    assert [(row.transition, row.from_state, row.actor_as, row.mails) for row in rows] == [
        ("lift", "taken", "itself", []),
    ]
    assert rows[0].ordinal == case.events
    for name, why in (("lift", ["asked_first"]), ("lift", ["another"]), ("other", ["another"])):
        reminding._tell_refusal(town.context, case, name, {"refused": why})
        town.session.flush()
    told = [(row.transition, row.answers["refused"]) for row in town.journal(case) if row.event == "refused"]
    assert told == [("lift", ["asked_first"]), ("lift", ["another"]), ("other", ["another"])]


def test_the_mails_event_is_the_clock_its_deadline_the_moment_and_the_repetition(town):
    case = town.report()
    row = town.clock(case, "at_desk")
    keys = []
    for day in ("04", "06", "09", "11"):
        town.work(f"2026-03-{day} 07:00")
        keys += {
            mail.event_key for mail in town.session.scalars(select(OutgoingMail).where(OutgoingMail.id > town.mark))
        }
    assert keys == [
        f"clock:{row.id}:20260305T225959:before:1 working days:1",
        f"clock:{row.id}:20260305T225959:due::1",
        f"clock:{row.id}:20260305T225959:every:2 working days:1",
        f"clock:{row.id}:20260305T225959:every:2 working days:2",
    ]
