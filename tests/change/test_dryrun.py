"""What a draft would do to each open case, told before anything is published."""

import pytest
from sqlalchemy import func, select

from app.change import dryrun
from app.change.changes import Change
from app.language.said import unpacked
from app.web.database import bump
from model import Case, JournalEntry, OutgoingMail
from tests.change.office import ROUTINE, Office, assignment_of, edited
from tests.workflow.town import snapshot

RENAME = (
    ("in_hand: {label: In hand}", "handled: {label: In hand}"),
    ("to: in_hand", "to: handled"),
    ("from: in_hand", "from: handled"),
    ("start: in_hand", "start: handled"),
)


@pytest.fixture
def town(settle_on_both):
    return settle_on_both(ROUTINE)


@pytest.fixture
def small(settle):
    return settle(ROUTINE)


def told(fault):
    line, column, message, warning = fault
    return line, column, unpacked(message), warning


def cases(town):
    """One case in each open state: received, with_contact, in_hand with an unfinished job."""
    received = town.report()
    routed = town.do(town.report(), "dora", "route", unit="red", area="teaching")
    in_hand = town.do(town.do(town.report(), "dora", "route", unit="blue", area="teaching"), "bill", "take")
    town.add(in_hand, "bill", owner=town.people["bess"], description="Mend it.")
    return received, routed, in_hand


def test_a_draft_that_says_the_same_does_nothing(town):
    cases(town)
    office = Office(town)
    result = office.try_out(office.draft(ROUTINE))
    assert result["open"] == result["counts"]["nothing"] == 3
    assert (office.found(), result["questions"], result["mails"]["sent"]) == ({}, [], 0)


def test_nothing_is_written_but_the_run_itself(town):
    cases(town)
    office = Office(town)
    draft = office.draft(edited(*RENAME))
    before = snapshot(town)
    office.try_out(draft)
    assert snapshot(town) == before


def test_each_case_counts_once(town):
    cases(town)
    office = Office(town)
    result = office.try_out(office.draft(edited(*RENAME)))
    assert sum(result["counts"].values()) == result["open"] == 3


def test_a_case_whose_state_is_gone_is_stranded_until_it_is_led_somewhere(town):
    _, _, in_hand = cases(town)
    office = Office(town)
    draft = office.draft(edited(*RENAME))
    result = office.try_out(draft)
    assert result["counts"]["stranded"] == 1
    outcome, detail = office.of(in_hand)
    assert (outcome, detail["state"], detail["stuck"]) == (
        "stranded",
        ["in_hand", None],
        [{"why": "no_state", "state": "in_hand"}],
    )
    asked = [(each["flow"], each["state"], each["count"], each["proposal"]) for each in result["questions"]]
    assert asked == [("case", "", 3, "move"), ("case", "in_hand", 1, "with_contact")]
    result = office.try_out(office.draft(edited(*RENAME, more="migrate: {case: {in_hand: handled}}")))
    assert result["counts"]["stranded"] == 0
    outcome, detail = office.of(in_hand)
    assert (outcome, detail["state"]) == ("moved", ["in_hand", "handled"])
    assert all(each["answer"] for each in result["questions"])


def test_cases_that_stay_notice_nothing(town):
    cases(town)
    office = Office(town)
    result = office.try_out(office.draft(edited(*RENAME, more="migrate: {case: stay}")))
    assert result["counts"]["nothing"] == 3


def test_a_state_that_nobody_can_leave_any_more_strands_its_cases(small):
    _, routed, _ = cases(small)
    office = Office(small)
    alone = edited(
        (
            "take: {label: Take, from: with_contact, to: in_hand, by: handler}",
            "take: {label: Take, from: with_contact, to: in_hand, by: warden}",
        )
    )
    result = office.try_out(office.draft(alone))
    assert result["counts"]["stranded"] == 1  # Wanda is the warden of safety only: nobody for teaching
    outcome, detail = office.of(routed)
    assert outcome == "stranded", detail
    assert detail["stuck"][0]["why"] in ("no_holder", "nobody")


def test_moves_gained_and_lost(town):
    _, routed, in_hand = cases(town)
    office = Office(town)
    text = edited(
        ("      grade: {label: Grade, from: in_hand, to: same, by: handler, fields: [cause]}\n", ""),
        (
            "take: {label: Take,",
            "return_it: {label: Back, from: with_contact, to: received, by: handler}\n      take: {label: Take,",
        ),
        ("  cause: {label: Cause, type: text}\n", ""),
    )
    office.try_out(office.draft(text))
    assert office.of(routed)[0] == office.of(in_hand)[0] == "options"
    assert office.of(routed)[1]["gained"] == ["return_it"]
    assert office.of(in_hand)[1]["lost"] == ["grade"]


def test_a_new_requirement_is_told_by_its_kind_and_what_can_be_filled_in_is_not(town):
    _, _, in_hand = cases(town)
    office = Office(town)
    known = (
        "close: {label: Close, from: in_hand, to: shut, by: handler, guards: [jobs_done]}",
        "close: {label: Close, from: in_hand, to: shut, by: handler, guards: [jobs_done, known]}",
    )
    says = ("guards:\n", "guards:\n  known: {needs: {cause: filled}, says: The cause is known.}\n")
    office.try_out(office.draft(edited(known, says)))
    outcome, detail = office.of(in_hand)
    assert (outcome, detail["blocked"]) == ("blocked", [["close", "known", "process"]])
    asked = (known[0], known[1].replace("guards:", "fields: [cause], guards:"))
    result = office.try_out(office.draft(edited(asked, says)))
    assert result["counts"]["blocked"] == 0


def test_a_case_gets_another_receiver_when_a_deputy_steps_in(town):
    _, routed, _ = cases(town)
    office = Office(town)
    result = office.try_out(office.settings(assignment_of(town, "rita", ends_on="2026-03-01")))
    assert result["counts"]["receiver"] == 1
    outcome, detail = office.of(routed)
    assert outcome == "receiver"
    assert [[town.names[p] for p in side] for side in detail["people"]] == [["rita"], ["rolf"]]
    assert result["mails"] == {"sent": 1, "collected": 1, "people": 1}
    assert result["newcomers"] == [[town.people["rolf"], 1]]


def test_who_would_leave_a_case_with_nobody_strands_it(small):
    _, routed, _ = cases(small)
    office = Office(small)
    result = office.try_out(office.settings(assignment_of(small, "rita"), assignment_of(small, "rolf")))
    assert result["counts"]["stranded"] == 1
    assert office.of(routed)[0] == "stranded"


def test_a_retired_unit_hands_its_cases_upwards(small):
    _, routed, _ = cases(small)
    office = Office(small)
    result = office.try_out(office.settings(Change("unit", "red", "change", {"retired": True})))
    assert office.of(routed)[0] == "stranded"  # nobody above is a contact
    assert result["counts"]["stranded"] == 1


def test_deadlines_that_move_are_told_with_both_days(town):
    received, _, _ = cases(town)
    office = Office(town)
    office.try_out(office.draft(edited(("runs: 3 working days", "runs: 5 working days"), more="migrate: {case: {}}")))
    outcome, detail = office.of(received)
    assert outcome == "clocks"
    [[name, before, after]] = detail["clocks"]
    assert (name, before[:10], after[:10]) == ("at_desk", "2026-03-05", "2026-03-09")


def test_a_closed_day_moves_deadlines_too(town):
    received, _, _ = cases(town)
    office = Office(town)
    closed = [{"from": "2026-03-04", "until": "2026-03-04"}]
    result = office.try_out(office.settings(Change("calendar", "1", "change", {"closed": closed})))
    assert result["recount"] is True
    assert office.of(received)[1]["clocks"][0][2][:10] == "2026-03-06"


def test_what_happens_by_itself_is_told_with_its_mails(town):
    received, _, _ = cases(town)
    office = Office(town)
    gone = edited(
        (
            "submit: {label: Report, from: new, to: received, by: anyone, fields: [reporter, area, description], optional: [unit], assign: desk, notify: {desk: new_case}}",
            "submit: {label: Report, from: new, to: with_contact, by: anyone, fields: [reporter, area, description], optional: [unit], assign: routing, notify: {handler: new_case}}",
        ),
        (
            "route: {label: Route, from: received, to: with_contact, by: desk, fields: [unit, area], assign: routing, notify: {handler: yours}}",
            "desk_is_gone: {label: Sent on, from: received, to: with_contact, by: itself, assign: routing, notify: {handler: yours}}",
        ),
        more="migrate: {case: {received: received}}",
    )
    office.try_out(office.draft(gone))
    outcome, detail = office.of(received)
    assert (outcome, detail["state"]) == ("moved", ["received", "with_contact"])
    assert [[mail, town.names[person]] for mail, person in detail["mails"]] == [["yours", "rita"]]
    assert [town.names[p] for p in detail["people"][1]] == ["rita"]
    mark = town.last_mail()
    office.publish(office.draft())
    told = [mail for mail in town.mails(mark) if mail[1] != "cases_handed_over"]
    assert told == [("rita", "yours")]
    assert (office.edition_of(received), received.state) == (2, "with_contact")


def test_the_dry_run_tells_what_then_happens(town):
    """Every case comes to stand, and every clock ends, as was foretold."""
    everything = cases(town)
    office = Office(town)
    office.publish(
        office.draft(
            edited(
                *RENAME, ("runs: 10 working days", "runs: 12 working days"), more="migrate: {case: {in_hand: handled}}"
            )
        )
    )
    foretold = {number: detail for number, (_, detail) in office.found().items()}
    for case in everything:
        town.session.refresh(case)
        detail = foretold.get(case.number, {})
        assert case.state == detail.get("state", [None, case.state])[1]
        for name, _, after in detail.get("clocks", ()):
            row = town.clock(case, name)
            assert (row.due_at.isoformat() if row.stopped_at is None else None) == after
    assert foretold[everything[2].number]["clocks"]


def test_errors_are_told_and_no_case_is_tried(town):
    cases(town)
    office = Office(town)
    result = office.try_out(office.draft(edited(("to: in_hand, by: handler}", "to: nowhere, by: handler}"))))
    assert "counts" not in result
    assert any("nowhere" in message for _, _, message, warning in map(told, result["faults"]) if not warning)


def test_a_run_is_out_of_date_when_the_draft_or_the_settings_have_changed_or_it_is_old(town):
    cases(town)
    office = Office(town)
    draft = office.draft(edited(*RENAME))
    session, now = town.session, town.now
    office.try_out(draft)
    run = dryrun.latest(session, draft)
    assert dryrun.up_to_date(session, draft, run, now) == ""
    assert dryrun.up_to_date(session, draft, run, now + dryrun.OLD * 2) == "old"
    bump(session)
    assert dryrun.up_to_date(session, draft, run, now) == "configuration"
    office.draft(edited(*RENAME) + "# more\n")
    assert dryrun.up_to_date(session, draft, run, now) == "draft"


def test_what_changes_of_settings_do_is_told_without_a_draft(town):
    cases(town)
    found = dryrun.consequences(town.session, town.now, [assignment_of(town, "rita", ends_on="2026-03-01")])
    assert (found.open, dict(found.counts)) == (3, {"nothing": 2, "receiver": 1})
    assert [each[2] for each in found.first] == ["receiver"]


def test_many_alike_cases_are_worked_out_once(small):
    """The answer for a case is found by what is looked at, so that the work doesn't grow with the cases."""
    for _ in range(30):
        small.report()
    office = Office(small)
    draft = office.draft(edited(*RENAME, more="migrate: {case: {in_hand: handled}}"))
    trial = dryrun.trial_of(small.session, dryrun.what_if(small.session, small.now, text=draft.text), small.now)
    tally = dryrun.Tally(trial)
    for case in dryrun.copies.open_cases(small.session):
        tally.add(case)
    assert tally.count == 30
    assert trial.now._seen.worked_out == trial.then._seen.worked_out == 1


def test_progress_is_told_on_the_way(small, monkeypatch):
    monkeypatch.setattr(dryrun, "STEP", 2)
    for _ in range(5):
        small.report()
    office = Office(small)
    run = dryrun.begin(small.session, office.draft(ROUTINE), small.now)
    seen = []
    dryrun.perform(small.session, run, small.now, lambda: seen.append((run.done, run.total)))
    assert seen == [(2, 5), (4, 5)]
    assert (run.done, run.total) == (5, 5)


def test_the_gate_counts_what_is_there(small):
    assert small.session.scalar(select(func.count()).select_from(Case)) == 0
    assert small.session.scalar(select(func.count()).select_from(JournalEntry)) == 0
    assert small.session.scalar(select(func.count()).select_from(OutgoingMail)) == 0
    office = Office(small)
    result = office.try_out(office.draft(edited(*RENAME)))
    assert (result["open"], result["questions"]) == (0, [])
