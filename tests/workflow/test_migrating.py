"""Open cases into another edition: where they come to stand, what runs on, and what is refused."""

from datetime import timedelta

import pytest

from app.workflow import migrating
from app.workflow.carrying import history
from tests.workflow.town import local, routine

OLD = """
flows:
  case:
    label: Case
    when: {area: filled}
    see: [reporter, desk, warden]
    states:
      open: {label: Open}
      held: {label: Held}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], assign: desk}
      hold: {label: Hold, from: open, to: held, by: desk}
      go_on: {label: Go on, from: held, to: back, by: desk}
      give: {label: Give, from: open, to: same, by: desk, assign: warden}
      both: {label: Both, from: open, to: same, by: [desk, warden], together: each}
      close: {label: Close, from: [open, held], to: shut, by: desk}
    clocks:
      answer: {start: open, runs: 3 days}
      whole: {start: submit, runs: 10 days}
  job:
    label: Job
    part of: case
    states: {given: {label: Given}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: given, by: desk, fields: [description]}
      finish: {label: Finish, from: given, to: done, by: desk}
  alone:
    label: Alone
    see: desk
    states: {only: {label: Only}, over: {label: Over, final: true}}
    transitions:
      submit: {label: Report, from: new, to: only, by: anyone, fields: [reporter, unit, description], optional: [area]}
      end: {label: End, from: only, to: over, by: desk}
"""


def changed(*pairs, migrate=""):
    text = OLD
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text + migrate


MERGED = changed(
    ("      held: {label: Held}\n", ""),
    ("      hold: {label: Hold, from: open, to: held, by: desk}\n", ""),
    ("      go_on: {label: Go on, from: held, to: back, by: desk}\n", ""),
    ("from: [open, held]", "from: open"),
)
RENAMED = changed(
    ("held: {label: Held}", "kept: {label: Kept}"),
    ("to: held", "to: kept"),
    ("from: held", "from: kept"),
    ("[open, held]", "[open, kept]"),
)


@pytest.fixture
def town(settle):
    return settle(OLD)


def move(town, case, states):
    migrating.migrate(town.context, case, states)
    town.session.commit()


def test_a_family_is_a_flow_with_those_inside_it():
    found = routine(OLD)
    assert migrating.family(found, "case") == ("case", "job")
    assert migrating.family(found, "alone") == ("alone",)
    assert migrating.roots(found) == ("case", "alone")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("", None),
        ("migrate: {case: stay}\n", "stay"),
        ("migrate: {alone: stay}\n", None),
        ("migrate: {case: {held: open}}\n", {"case": {"held": "open"}}),
        ("migrate: {case: stay, job: {other: given}}\n", {"job": {"other": "given"}}),
    ],
)
def test_what_a_routine_says_of_a_familys_open_cases(said, answer):
    assert migrating.answer(routine(changed(migrate=said)), "case") == answer


def test_where_a_case_comes_to_stand():
    found = routine(MERGED)
    assert migrating.place(found, {}, "case", "open") == "open"
    assert migrating.place(found, {}, "case", "held") is None
    assert migrating.place(found, {"case": {"held": "open"}}, "case", "held") == "open"
    assert migrating.place(found, {"case": {"open": "held"}}, "case", "open") is None
    assert migrating.place(found, {"job": {"held": "open"}}, "case", "held") is None
    assert migrating.place(found, {}, "gone", "open") is None


def test_a_case_and_its_parts_move_together_each_with_a_row(town):
    case = town.report()
    part = town.add(case, "dora", description="Mend it")
    versions, events = (case.version, part.version), (case.events, part.events)
    town.publish(RENAMED)
    town.now += timedelta(hours=1)
    newest = town.context.newest.id
    assert case.edition_id != newest
    move(town, case, {})
    for each, version, event in zip((case, part), versions, events, strict=True):
        assert (each.edition_id, each.version, each.events, each.changed_at) == (
            *(newest, version + 1, event + 1, town.now),
        )
        row = town.journal(each)[-1]
        assert (row.event, row.transition, row.actor_as, row.ordinal) == ("migrated", None, "itself", each.events)
        assert (row.from_state, row.to_state, row.edition_id) == (each.state, each.state, newest)


def test_a_state_that_is_called_otherwise_keeps_its_clocks_and_the_way_back(town):
    case = town.do(town.report(), "dora", "hold")
    assert case.former_states == ["open"]
    town.publish(RENAMED)
    move(town, case, {"case": {"held": "kept"}})
    assert (case.state, case.former_states) == ("kept", ["open"])
    assert town.journal(case)[-1].from_state == "held"
    town.do(case, "dora", "go_on")
    assert case.state == "open"


def test_a_state_that_is_gone_is_entered_anew_where_it_is_merged_into_another(town):
    case = town.do(town.report(), "dora", "hold")
    assert town.clock(case, "answer").stopped_at is not None
    town.publish(MERGED)
    town.now += timedelta(days=1)
    move(town, case, {"case": {"held": "open"}})
    assert (case.state, case.former_states) == ("open", ["open"])
    assert (town.clock(case, "answer").run, local(town.clock(case, "answer").started_at)) == (2, local(town.now))
    assert town.clock(case, "whole").run == 1


def test_a_case_that_would_have_no_state_is_lost(town):
    case = town.do(town.report(), "dora", "hold")
    town.publish(MERGED)
    with pytest.raises(migrating.Lost, match=f"^{case.number}: held$") as lost:
        move(town, case, {})
    assert lost.value.state == "held"
    town.session.rollback()


def test_a_former_state_that_is_gone_is_forgotten(town):
    case = town.report()
    case.former_states = ["held", "open", "held"]
    town.publish(MERGED)
    move(town, case, {})
    assert case.former_states == ["open"]


def test_presses_stay_unless_another_state_is_entered(town):
    case = town.do(town.report(area="safety"), "dora", "both")
    town.publish(RENAMED)
    move(town, case, {"case": {"held": "kept"}})
    assert list(case.presses) == ["both"]
    town.publish(
        OLD.replace("open: {label: Open}\n", "open: {label: Open}\n      next: {label: Next}\n")
        .replace("from: [open, held]", "from: [open, held, next]")
        .replace("to: held", "to: next")
        .replace("from: held", "from: next")
        .replace("      held: {label: Held}\n", "")
        .replace("[open, held, next]", "[open, next]")
    )
    move(town, case, {"case": {"open": "next"}})
    assert (case.state, list(case.presses)) == ("next", ["both"]), "the state was new to the old edition"


def test_a_finished_state_closes_the_case_once_and_another_opens_it(town):
    case = town.report()
    town.publish(
        changed(
            (
                "      shut: {label: Shut, final: true}",
                "      shut: {label: Shut, final: true}\n      past: {label: Past, final: true}",
            ),
            ("      close:", "      pass: {label: Pass, from: open, to: past, by: desk}\n      close:"),
        )
    )
    first = town.now
    move(town, case, {"case": {"open": "past"}})
    assert (case.finished, case.closed_at) == (True, first)
    town.now += timedelta(days=1)
    town.publish(OLD)
    move(town, case, {"case": {"past": "shut"}})
    assert (case.finished, case.closed_at) == (True, first)
    town.publish(OLD + "\n# once more\n")
    move(town, case, {"case": {"shut": "open"}})
    assert (case.finished, case.closed_at) == (False, None)


def test_a_role_that_is_gone_has_no_case_any_longer(town):
    case, finished = town.report(area="safety"), town.report(area="safety")
    for each in (case, finished):
        town.do(each, "dora", "give")
    town.do(finished, "dora", "close")
    held = finished.handler
    assert case.handler.startswith("warden:")
    own = town.report()
    own.handler = f"@{town.people['rita']}"
    kept = own.handler
    nobodys = town.report()
    nobodys.handler = None
    fewer = (
        OLD.replace("see: [reporter, desk, warden]", "see: [reporter, desk, boss]")
        .replace("assign: warden", "assign: desk")
        .replace("[desk, warden]", "[desk, boss]")
    )
    whole = town.publish
    import tests.workflow.town as its  # noqa: PLC0415 - the head alone names the roles

    before = its.HEAD
    its.HEAD = before.replace("contact, warden, boss", "contact, boss")
    try:
        whole(fewer)
    finally:
        its.HEAD = before
    for each in (case, finished, own, nobodys):
        move(town, each, {})
    assert (case.handler, case.orphaned) == (None, True)
    assert (finished.handler, finished.orphaned) == (held, False)
    assert (own.handler, own.orphaned) == (kept, False)
    assert (nobodys.handler, nobodys.orphaned) == (None, False)


def test_a_changed_length_moves_the_ends_of_what_runs(town):
    case = town.report()
    facts = town.facts(case)
    assert not migrating.recount(facts)
    nearest = case.due_at
    town.clock(case, "answer").due_at += timedelta(days=1)
    case.due_at = town.now
    assert migrating.recount(facts)
    assert (town.due(case, "answer"), case.due_at) == ("2026-03-05 23:59", nearest)
    town.clock(case, "whole").due_at += timedelta(days=1)
    assert migrating.recount(facts), "the last of several"
    stopped = town.clock(case, "answer")
    stopped.stopped_at, stopped.due_at = town.now, town.now
    case.due_at = town.now
    assert not migrating.recount(facts), "what has stopped stays as it was"
    assert (stopped.due_at, case.due_at) == (town.now, town.now)


def test_what_has_happened_to_a_case_is_told_in_its_order(town):
    case = town.do(town.report(area="safety"), "dora", "hold")
    town.now += timedelta(days=1)
    town.do(case, "dora", "go_on")
    town.do(case, "dora", "both")
    found = history(town.context, case)
    assert [names for _, names in found] == [
        frozenset({"submit", "open"}),
        frozenset({"hold", "held"}),
        frozenset({"go_on", "open"}),
    ]
    assert found[-1][0] == town.now
    assert found[0][0] == town.now - timedelta(days=1)
