"""Publishing: what stands in the way, what becomes of open cases, and going back."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from app.change import drafts, publish
from app.change.changes import Change
from app.change.rollback import roll_back
from app.workflow import migrating
from model import Case, Clock, ConfigurationEntry, JournalEntry, Migration, RoutingRow, Unit, WorkflowEdition
from tests.change.office import ROUTINE, Office, assignment_of, edited
from tests.change.test_dryrun import RENAME, cases
from tests.workflow.town import HEAD

MOVED = "migrate: {case: {in_hand: handled}}"


@pytest.fixture
def town(settle_on_both):
    return settle_on_both(ROUTINE)


@pytest.fixture
def small(settle):
    return settle(ROUTINE)


def against(office, draft, **how):
    return [name for name, each in office.gate(draft, **how).items() if not each.ok]


def test_what_is_published_is_an_edition_that_says_who_when_and_why(town):
    office = Office(town)
    edition = office.publish(office.draft(edited(*RENAME)), reason="  clearer words ")
    assert (edition.number, edition.published_by_id, edition.published_at) == (2, office.me, town.now)
    assert (edition.reason, edition.text) == ("clearer words", HEAD + edited(*RENAME))
    assert town.context.newest.number == 2
    assert drafts.open_draft(town.session) is None


@pytest.mark.parametrize("column", ["text", "reason", "number"])
def test_the_database_lets_nobody_change_an_edition(town, column):
    edition = town.session.scalars(select(WorkflowEdition)).one()
    setattr(edition, column, 7 if column == "number" else "forged")
    with pytest.raises(DBAPIError, match="never changed"):
        town.session.commit()
    town.session.rollback()


def test_nothing_is_published_before_it_was_tried(small):
    office = Office(small)
    draft = office.draft(edited(*RENAME))
    assert against(office, draft) == ["dry_run"]
    with pytest.raises(publish.NotYet) as not_yet:
        publish.publish(small.session, draft, office.me, small.now, reason="x")
    assert [each.name for each in not_yet.value.hindrances] == ["dry_run"]


def test_a_draft_that_changes_nothing_is_not_published(small):
    office = Office(small)
    draft = office.draft(ROUTINE)
    office.try_out(draft)
    assert against(office, draft) == ["nothing_changed"]


def test_a_flow_that_changed_needs_an_answer_and_a_state_that_is_gone_a_place(town):
    cases(town)
    office = Office(town)
    draft = office.draft(edited(*RENAME))
    office.try_out(draft)
    assert against(office, draft) == ["mapping", "stranded"]
    assert office.gate(draft)["mapping"].items == (("case", ""), ("case", "in_hand"))
    for answer in (MOVED, "migrate: {case: stay}"):
        draft = office.draft(edited(*RENAME, more=answer))
        office.try_out(draft)
        assert against(office, draft) == []


@pytest.mark.parametrize(
    ("changed", "rows"),
    [
        ([Change("routing", "2", "change", {"condition": {"area": "teaching"}})], (2,)),
        ([Change("routing", "2", "remove", {})], (1,)),
        ([Change("routing", "1", "change", {"condition": None})], (2,)),
        ([Change("routing", "1", "change", {"receiver": {"first": ["contact", "desk"]}})], ()),
    ],
)
def test_a_routing_that_leaves_cases_or_rows_over_is_not_published(small, changed, rows):
    office = Office(small)
    draft = office.settings(*changed)
    office.try_out(draft)
    found = office.gate(draft)["rows"]
    assert (found.ok, found.items, found.count) == (not rows, rows, len(rows))


def test_a_fault_of_the_routing_that_is_there_today_is_in_nobodys_way(small):
    office = Office(small)
    row = small.session.get(RoutingRow, 2)
    row.condition = {"area": "teaching"}
    small.session.commit()
    draft = office.settings(Change("routing", "1", "change", {"receiver": {"first": ["contact", "desk"]}}))
    office.try_out(draft)
    assert office.gate(draft)["rows"].ok


def test_a_draft_with_errors_is_not_published(small):
    office = Office(small)
    draft = office.draft(edited(("to: in_hand, by: handler}", "to: nowhere, by: handler}")))
    office.try_out(draft)
    assert against(office, draft) == ["faults"]


def test_two_who_publish_at_once_publish_once(town):
    office = Office(town)
    draft = office.draft(edited(*RENAME))
    office.try_out(draft)
    with town.sessions() as other:
        theirs = other.get_one(type(draft), draft.id)
        publish.publish(town.session, draft, office.me, town.now, reason="mine")
        town.session.commit()
        with pytest.raises(publish.NotYet):
            publish.publish(other, theirs, town.people["dora"], town.now, reason="theirs")
        other.rollback()
    assert town.count(WorkflowEdition) == 2


def test_a_case_that_moves_after_the_dry_run_is_tried_again_when_it_is_published(town):
    """Work goes on all the time: only what would be stranded now keeps a draft back."""
    routed = town.do(town.report(), "dora", "route", unit="red", area="teaching")
    office = Office(town)
    draft = office.draft(edited(*RENAME, more="migrate: {case: {}}"))
    office.try_out(draft)
    assert against(office, draft) == []
    town.do(routed, "rita", "take")
    with pytest.raises(publish.NotYet) as not_yet:
        publish.publish(town.session, draft, office.me, town.now, reason="x")
    assert not_yet.value.hindrances[0].items == ("cases",)
    town.session.rollback()
    draft = office.draft(edited(*RENAME, more=MOVED))
    office.try_out(draft)
    town.report()
    publish.publish(town.session, draft, office.me, town.now, reason="x")
    town.session.commit()
    assert town.context.newest.number == 2


SCENARIOS = """
now: 2026-03-02 09:00
people:
  stig: {name: Stig, mail: stig@town.example, kind: student}
scenarios:
  - name: A report goes to the desk
    steps:
      - {as: stig, do: submit, with: {reporter: stig, area: teaching, description: Cold.}, makes: c, expect: {state: received}}
"""


def test_an_edition_whose_scenarios_fail_needs_a_reason_that_is_kept(small):
    office = Office(small)
    text = edited(("from: new, to: received,", "from: new, to: with_contact,"), more="migrate: {case: {}}")
    text = text.replace("route: {label: Route, from: received", "route: {label: Route, from: [received, with_contact]")
    text = text.replace(
        "take: {label: Take, from: with_contact, to: in_hand",
        "send: {label: Send, from: with_contact, to: received, by: desk}\n      take: {label: Take, from: with_contact, to: in_hand",
    )
    draft = office.draft(text)
    drafts.write(draft, office.me, small.now, scenarios=SCENARIOS)
    result = office.try_out(draft)
    [[name, faults]] = result["scenarios"]
    assert (name, len(faults)) == ("A report goes to the desk", 1), faults
    assert against(office, draft) == ["scenarios"]
    for words in ("", "   "):
        with pytest.raises(publish.NotYet):
            publish.publish(small.session, draft, office.me, small.now, reason="x", override=words)
        small.session.rollback()
    edition = publish.publish(small.session, draft, office.me, small.now, reason="x", override="The scenario is old.")
    assert (edition.override, edition.scenarios) == ("The scenario is old.", SCENARIOS)


def test_a_scenario_with_a_move_that_is_gone_fails_and_breaks_nothing(small):
    office = Office(small)
    text = edited(("      grade: {label: Grade, from: in_hand, to: same, by: handler, fields: [cause]}\n", ""))
    draft = office.draft(text + "migrate: {case: {}}\n")
    gone = "      - {as: dora, do: grade, case: c, with: {cause: Rain}}\n"
    drafts.write(draft, office.me, small.now, scenarios=SCENARIOS + gone)
    [[_, faults]] = office.try_out(draft)["scenarios"]
    assert "grade" in faults[0]


def test_four_eyes_are_two_people(small):
    office = Office(small)
    draft = office.draft(edited(*RENAME))
    office.try_out(draft)
    assert against(office, draft, four_eyes=True) == ["approval"]
    with pytest.raises(publish.SamePerson):
        publish.approve(draft, office.me)
    publish.approve(draft, small.people["dora"])
    small.session.commit()
    assert against(office, draft, four_eyes=True) == []
    drafts.write(draft, office.me, small.now, text=draft.text + "# one more thing\n")
    office.try_out(draft)
    assert against(office, draft, four_eyes=True) == ["approval"]


def test_cases_are_brought_along_each_with_a_row_in_the_journal(town):
    received, routed, in_hand = cases(town)
    part = in_hand.parts[0]
    office = Office(town)
    office.publish(office.draft(edited(*RENAME, more=MOVED)))
    for case, state in ((received, "received"), (routed, "with_contact"), (in_hand, "handled"), (part, "given")):
        assert (office.edition_of(case), case.state) == (2, state)
        row = town.journal(case)[-1]
        assert (row.event, row.transition, row.actor_as, row.to_state) == (migrating.MIGRATED, None, "itself", state)
        assert town.session.get_one(WorkflowEdition, row.edition_id).number == 2
    assert town.journal(in_hand)[-1].from_state == "in_hand"
    migration = town.session.scalars(select(Migration)).one()
    assert (migration.done, migration.total) == (3, 3)
    assert migration.finished_at is not None
    town.do(part, "bess", "finish")
    town.do(in_hand, "bill", "close")
    assert in_hand.state == "shut"


def test_a_form_that_was_open_meanwhile_is_out_of_date(town):
    _, _, in_hand = cases(town)
    version = in_hand.version
    office = Office(town)
    office.publish(office.draft(edited(*RENAME, more=MOVED)))
    town.session.refresh(in_hand)
    assert in_hand.version > version


def test_a_finished_case_stays_on_its_edition(town):
    _, _, in_hand = cases(town)
    town.do(in_hand.parts[0], "bess", "finish")
    town.do(in_hand, "bill", "close")
    office = Office(town)
    office.publish(office.draft(edited(*RENAME, more=MOVED)))
    assert (office.edition_of(in_hand), in_hand.state) == (1, "shut")
    town.do(in_hand, "bill", "reopen")
    assert in_hand.state == "in_hand"


def test_cases_that_stay_go_on_under_the_old_edition_and_new_ones_begin_under_the_new(town):
    received, _, in_hand = cases(town)
    office = Office(town)
    office.publish(office.draft(edited(*RENAME, more="migrate: {case: stay}")))
    assert (office.edition_of(in_hand), in_hand.state) == (1, "in_hand")
    assert office.edition_of(town.report()) == 2
    town.do(in_hand.parts[0], "bess", "finish")
    town.do(in_hand, "bill", "close")
    town.do(received, "dora", "route", unit="red", area="teaching")
    assert town.journal(received)[-1].edition_id == received.edition_id


def test_clocks_follow_running_ones_go_on_vanished_ones_stop_new_ones_begin_when_they_should_have(town):
    received, _, in_hand = cases(town)
    office = Office(town)
    began = town.clock(in_hand, "in_hand").started_at
    town.now = town.now.replace(day=4)
    text = edited(
        *RENAME,
        (
            "at_desk: {start: received, runs: 3 working days, remind: {desk: [1 day after]}}",
            "whole: {start: submit, stop: shut, runs: 20 working days}",
        ),
        ("runs: 10 working days", "runs: 12 working days"),
        more=MOVED,
    )
    office.publish(office.draft(text))
    town.session.expire_all()
    assert town.clock(received, "at_desk").stopped_at == town.now
    assert town.clock(received, "whole").started_at == received.submitted_at
    kept = town.clock(in_hand, "in_hand")
    assert (kept.started_at, kept.stopped_at, kept.run, kept.started_in) == (began, None, 1, "handled")
    assert town.due(in_hand, "in_hand") == "2026-03-18 23:59"


def test_a_role_that_the_edition_does_not_name_no_longer_has_the_case(town):
    received, _, _ = cases(town)
    office = Office(town)
    text = edited(
        ("assign: desk, notify: {desk: new_case}}", "assign: routing, notify: {handler: new_case}}"),
        ("see: [reporter, desk, contact]", "see: [reporter, contact]"),
        ("by: desk, fields: [unit, area]", "by: contact, fields: [unit, area]"),
        ("remind: {desk: [1 day after]}", "remind: {contact: [1 day after]}"),
        more="migrate: {case: {}}",
    )
    whole = (HEAD + text).replace("roles: [desk, contact, warden, boss]", "roles: [contact, warden, boss]")
    elsewhere = {"receiver": {"first": ["contact", "boss"]}}
    draft = office.draft(text, *(Change("routing", key, "change", elsewhere) for key in ("1", "2")))
    drafts.write(draft, office.me, town.now, text=whole)
    office.publish(draft)
    town.session.refresh(received)
    assert (received.handler, received.orphaned) == (None, True)


def test_a_migration_is_taken_up_where_it_stopped_and_brings_each_case_once(town, monkeypatch):
    several = [town.report() for _ in range(7)]
    office = Office(town)
    draft = office.draft(edited(*RENAME, more=MOVED))
    office.try_out(draft)
    publish.publish(town.session, draft, office.me, town.now, reason="x")
    town.session.commit()
    from app.change import migrations  # noqa: PLC0415 - as the worker has it

    assert migrations.advance(town.session, town.now, limit=3) == 3
    town.session.commit()
    assert migrations.advance(town.session, town.now, limit=3) == 3
    town.session.rollback()  # the worker is killed before it commits
    migration = town.session.scalars(select(Migration)).one()
    assert (migration.done, migration.finished_at) == (3, None)
    assert against(office, office.draft(edited(*RENAME) + "# more\n")) == ["migrating", "dry_run"]
    office.bring()
    assert [office.edition_of(case) for case in several] == [2] * 7
    rows = town.session.scalars(select(JournalEntry).where(JournalEntry.event == migrating.MIGRATED)).all()
    assert len(rows) == len({row.subject_id for row in rows}) == 7


def test_a_case_begun_under_the_old_edition_while_it_was_published_is_brought_along_too(town):
    office = Office(town)
    town.report()
    draft = office.draft(edited(*RENAME, more=MOVED))
    office.try_out(draft)
    old = town.context
    publish.publish(town.session, draft, office.me, town.now, reason="x")
    town.session.commit()
    office.bring()
    late = _begun_in(old, town)
    assert office.edition_of(late) == 1
    office.bring()
    assert office.edition_of(late) == 2


def _begun_in(context, town):
    from app.workflow import engine  # noqa: PLC0415 - only here

    answers = {"area": "teaching", "description": "Late."}
    case = engine.create(context, "submit", actor=town.actor("stig"), answers=answers)
    town.session.commit()
    return case


def test_settings_are_published_with_the_routine_and_noted(town):
    _, routed, _ = cases(town)
    office = Office(town)
    edition = office.publish(
        office.settings(
            assignment_of(town, "rita", ends_on="2026-03-01"), Change("unit", "blue", "change", {"code": "B"})
        )
    )
    assert town.handlers(routed) == {"rolf"}
    assert town.session.scalars(select(Unit).where(Unit.name == "blue")).one().code == "B"
    noted = town.session.scalars(select(ConfigurationEntry)).all()
    assert {(each.table, each.reason, each.actor_id) for each in noted} == {
        ("assignment", "better", office.me),
        ("unit", "better", office.me),
    }
    assert {each["table"] for each in edition.changes} == {"assignment", "unit"}


def test_whoever_gets_cases_by_it_is_told_once_however_many(town):
    for _ in range(3):
        town.do(town.report(), "dora", "route", unit="red", area="teaching")
    office = Office(town)
    mark = town.last_mail()
    office.publish(office.settings(assignment_of(town, "rita", ends_on="2026-03-01")))
    assert town.mails(mark) == [("rolf", "cases_handed_over")]


def test_a_closed_day_moves_the_deadlines_of_open_cases(town):
    received, _, _ = cases(town)
    office = Office(town)
    before = town.due(received, "at_desk")
    closed = [{"from": "2026-03-04", "until": "2026-03-04"}]
    office.publish(office.settings(Change("calendar", "1", "change", {"closed": closed})))
    town.session.expire_all()
    assert (before, town.due(received, "at_desk")) == ("2026-03-05 23:59", "2026-03-06 23:59")
    assert received.due_at == town.clock(received, "at_desk").due_at


def test_going_back_leads_cases_back_and_takes_settings_back(town):
    received, _, in_hand = cases(town)
    office = Office(town)
    first = town.session.scalars(select(WorkflowEdition)).one()
    draft = office.draft(edited(*RENAME, more=MOVED), assignment_of(town, "rita", ends_on="2026-03-01"))
    office.publish(draft)
    back = roll_back(town.session, first, office.me, town.now)
    town.session.commit()
    assert back.text.startswith(HEAD + ROUTINE.rstrip())
    edition = office.publish(back, reason="back")
    assert edition.number == 3
    assert (office.edition_of(in_hand), in_hand.state) == (3, "in_hand")
    assert town.handlers(town.do(received, "dora", "route", unit="red", area="teaching")) == {"rita"}
    starts = {row.started_in for row in town.session.scalars(select(Clock).where(Clock.name == "in_hand"))}
    assert starts == {"in_hand"}


def test_going_back_waits_for_an_open_draft(small):
    office = Office(small)
    office.draft(ROUTINE)
    with pytest.raises(drafts.AnotherIsOpen):
        roll_back(small.session, drafts.newest(small.session), office.me, small.now)


def test_sight_follows_the_newest_edition_also_for_cases_that_stay(town):
    received, _, _ = cases(town)
    office = Office(town)
    assert town.context.viewer(town.people["dora"]).sees(town.facts(received))
    visible = town.context.viewer(town.people["bill"])
    seen = select(Case.id).where(visible.visible(), Case.id == received.id)
    before = town.session.scalars(seen).all()
    text = edited(
        ("see: [reporter, desk, contact]", "see: [reporter, desk, {who: contact, at: anywhere}]"),
        more="migrate: {case: stay}",
    )
    office.publish(office.draft(text))
    after = select(Case.id).where(town.context.viewer(town.people["bill"]).visible(), Case.id == received.id)
    assert (before, town.session.scalars(after).all()) == ([], [received.id])
    assert office.edition_of(received) == 1
