"""Tallies take in what has changed: each case once, whoever changes it meanwhile, from where they stopped."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select, text, update

from app.tally.folding import SELDOM, fold
from model import ConfigurationVersion, Subject, Tally, TallyDue, TallyState
from tests.tally.town import ROUTINE, alike, fold_all

LATER = timedelta(hours=1)


def cases_of(town, report):
    return sum(town.session.scalars(select(Tally.runs).where(Tally.report == report, Tally.clock == "")))


def waiting(town):
    return town.session.scalars(select(TallyDue.subject_id)).all()


def take_in(town, later=timedelta(0), limit=2):
    done = fold(town.session, town.now + later, limit)
    town.session.commit()
    return done


def test_all_cases_are_taken_in_batch_by_batch_and_asked_for_only_then(settle_on_both):
    town = settle_on_both(ROUTINE)
    for _ in range(5):
        town.report()
    assert [take_in(town), cases_of(town, "places")] == [2, 2]
    kept, live = alike(town, "places", "dora", "this year")
    assert kept == live
    assert [take_in(town), take_in(town), cases_of(town, "places")] == [2, 1, 5]
    assert town.session.scalars(select(TallyState.whole)).one()


def test_changes_are_gathered_for_half_a_minute(settle):
    town = settle(ROUTINE)
    case = town.report()
    fold_all(town)
    assert waiting(town) == []
    looked_at = town.session.scalars(select(TallyState.looked_at)).one()
    town.do(case, "dora", "note", severity="high")
    assert waiting(town) == [case.id]
    town.now = looked_at
    assert [take_in(town, SELDOM - timedelta(seconds=1)), take_in(town, SELDOM + timedelta(seconds=1))] == [0, 1]
    assert cases_of(town, "hard") == 1


def test_a_case_that_counts_as_before_changes_no_number(settle):
    town = settle(ROUTINE)
    case = town.report()
    fold_all(town)
    town.session.execute(update(Subject).where(Subject.id == case.id).values(title="Another"))
    town.session.commit()
    assert waiting(town) == [case.id]
    written = []
    event.listen(town.database, "before_cursor_execute", lambda *given: written.append(given[2]))
    fold_all(town, LATER)
    assert not [each for each in written if "tally_part" in each and not each.startswith("SELECT")]
    assert waiting(town) == []


def test_what_no_report_asks_of_is_no_change(settle_on_both):
    town = settle_on_both(ROUTINE)
    case = town.report()
    fold_all(town)
    town.session.execute(update(Subject).where(Subject.id == case.id).values(version=9, orphaned=True))
    town.session.commit()
    assert waiting(town) == []


def test_another_routine_has_the_numbers_counted_anew(settle):
    town = settle(ROUTINE)
    for severity in ("low", "high", "high"):
        town.report(severity=severity)
    fold_all(town)
    town.publish(ROUTINE.replace("rows: [severity, area], times", "rows: [area], times"))
    fresh(town)
    kept, live = alike(town, "hard", "dora", "this year")
    assert kept == live, "numbers of the reports before aren't asked for"
    assert fold_all(town, LATER) == 3
    assert town.session.scalars(select(Tally.answers).where(Tally.report == "hard").distinct()).all() == ["[]"]


def test_a_routine_whose_reports_count_the_same_lets_the_numbers_stand(settle):
    lines = [line for line in ROUTINE.splitlines() if not line.startswith("  hard:")]
    town = settle("\n".join(lines))
    town.report()
    fold_all(town)
    town.publish(
        "\n".join(lines).replace("label: Few", "label: Some").replace("{over: answer}, says", "{over: again}, says")
    )
    fresh(town)
    assert [take_in(town, LATER), town.session.scalars(select(TallyState.whole)).one()] == [0, True]


def fresh(town):
    """Let the next look read the newest edition."""
    town.session.execute(update(ConfigurationVersion).values(version=ConfigurationVersion.version + 1))
    town.session.commit()


def test_a_routine_without_reports_keeps_nothing_and_lets_nothing_wait(settle):
    town = settle(ROUTINE[: ROUTINE.index("reports:")])
    town.report()
    fold_all(town)
    fold_all(town, LATER)
    assert waiting(town) == []
    assert town.session.scalars(select(Tally)).all() == []


@pytest.mark.postgresql
@pytest.mark.parametrize("known", [True, False])
def test_what_somebody_is_writing_while_the_tallies_take_in_is_taken_in_afterwards(postgresql_town, settle_with, known):
    """The writer has changed the case, and not committed: its old self is counted, and its new one is due."""
    town = settle_with(postgresql_town, ROUTINE)
    case, other = town.report(), town.report()
    case_id = case.id
    if known:
        fold_all(town)
    for each in (case, other):
        town.do(each, "dora", "note", severity="high")
    with town.sessions() as writer:
        writer.execute(update(Subject).where(Subject.id == case_id).values(severity="low"))
        fold_all(town, LATER)
        assert cases_of(town, "hard") == (1 if known else 2)
        writer.commit()
    assert waiting(town) == [case_id]
    kept, live = alike(town, "hard", "dora", "this year")
    assert kept == live
    fold_all(town, 2 * LATER)
    assert cases_of(town, "hard") == 1
    assert waiting(town) == []


@pytest.mark.postgresql
def test_of_two_workers_one_takes_in(postgresql_town, settle_with):
    town = settle_with(postgresql_town, ROUTINE)
    town.report()
    assert take_in(town) == 1
    town.report()
    with town.sessions() as first:
        assert fold(first, town.now + LATER, 5) >= 1
        assert fold(town.session, town.now + LATER, 5) == 0
        first.commit()
    assert waiting(town) == []


@pytest.mark.postgresql
def test_of_two_workers_one_goes_through_all_cases(postgresql_town, settle_with):
    town = settle_with(postgresql_town, ROUTINE)
    for _ in range(4):
        town.report()
    assert fold(town.session, town.now, 1) == 1
    town.session.commit()
    town.session.execute(text("SET lock_timeout = '1s'"))
    with town.sessions() as first:
        assert fold(first, town.now, 2) == 2
        assert fold(town.session, town.now, 2) == 0
        first.commit()
    fold_all(town)
    kept, live = alike(town, "places", "dora", "this year")
    assert kept == live


@pytest.mark.postgresql
def test_postgresql_knows_how_many_tallies_there_are_once_all_cases_are_counted(postgresql_town, settle_with):
    town = settle_with(postgresql_town, ROUTINE)
    town.report()
    fold_all(town)
    rows = "SELECT reltuples FROM pg_class WHERE oid IN ('tally'::regclass, 'tally_part'::regclass)"
    assert min(town.session.scalars(text(rows))) > 0


def test_an_answer_that_no_case_has_any_more_is_in_no_tally(settle_on_both):
    town = settle_on_both(ROUTINE)
    case = town.report(cost="1234567")
    town.report(cost="7")
    fold_all(town)
    assert any("1234567" in text for text in told(town))
    town.do(case, "dora", "note", cost="8")
    fold_all(town, LATER)
    assert not any("1234567" in text for text in told(town))


def told(town):
    return [text for row in town.session.execute(select(Tally.cell, Tally.answers)) for text in row]
