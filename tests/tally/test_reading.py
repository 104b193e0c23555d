"""Reports read from tallies say what a count of all cases says, whoever asks, whatever has changed since."""

from datetime import timedelta
from itertools import product
from random import Random

import pytest
from sqlalchemy import delete, event, select, update

from app.routing.exclusion import person
from app.tally.folding import fold
from model import Case, Subject, Tally, TallyDue, TallyPart, TallyState
from tests.tally.town import PERIODS, ROUTINE, alike, fold_all, reading
from tests.workflow.town import moment

REPORTS = ("places", "costs", "hard", "few", "overdue")
READERS = ("dora", "rita", "stig", None)


def all_alike(town, chance=None):
    """Every report, for every reader, over every period; or some of these."""
    ways = list(product(REPORTS, READERS, PERIODS))
    for way in chance.sample(ways, 20) if chance else ways:
        kept, live = alike(town, *way)
        assert kept == live, way


def change(town, chance, cases):
    """Let something happen to a case."""
    what = chance.choice(["report", "report", "note", "close", "reopen", "shut out", "moved", "promised", "gone"])
    case = chance.choice(cases) if cases else None
    if what == "report" or case is None:
        cases.append(reported(town, chance))
    elif what in ("note", "close", "reopen"):
        answers = {"unit": chance.choice(["blue", "red_lab"]), "cost": chance.choice(["10.0", "7"])}
        town.refused(case, "dora", what, **(answers if what == "note" else {}))
    elif what == "shut out":
        town.session.execute(
            update(Subject).where(Subject.id == case.id).values(excluded=f",{person(town.people['rita'])},")
        )
    elif what == "moved":
        town.session.execute(update(Subject).where(Subject.id == case.id).values(area_id=None, unit_id=None))
    elif what == "promised":
        [clock, *_] = case.clocks
        clock.due_at, clock.extended = town.now + timedelta(days=chance.randrange(-5, 5)), True
    elif what == "gone":
        cases.remove(case)
        case.excluded = ",0,"
    town.session.commit()


def reported(town, chance):
    town.now -= timedelta(days=chance.randrange(0, 900), seconds=chance.randrange(86_400))
    given = {"severity": chance.choice(["low", "high"]), "cost": chance.choice(["10", "10.0", "7", ""])}
    given |= {"unit": chance.choice(["red", "red_lab", "blue"]), "area": chance.choice(["teaching", "safety"])}
    case = town.report(kinds=chance.sample(["red", "blue"], 2), **given)
    town.now += timedelta(days=chance.randrange(0, 60))
    town.refused(case, "dora", chance.choice(["close", "note"]))
    town.now = max(town.now, town.start)
    return case


@pytest.mark.parametrize("seed", range(2))
def test_with_tallies_and_without_a_report_says_the_same(settle_on_both, seed):
    town = settle_on_both(ROUTINE)
    town.start = town.now
    chance, cases = Random(seed), []  # noqa: S311 - nothing secret
    for _ in range(12):
        change(town, chance, cases)
    assert fold_all(town) >= len(cases)
    all_alike(town, chance)
    for _ in range(8):
        change(town, chance, cases)
    all_alike(town)
    fold_all(town, timedelta(hours=1))
    all_alike(town, chance)
    assert town.session.scalars(select(TallyDue)).all() == []


def statements(town):
    found = []
    event.listen(town.database, "before_cursor_execute", lambda *given: found.append(given[2]))
    return found


@pytest.mark.parametrize(
    ("report", "who", "period", "from_tallies"),
    [
        ("places", "dora", "this year", True),
        ("places", "dora", "last year", True),
        ("places", "dora", "more than two years", True),
        ("places", "dora", "within a year", False),
        ("hard", "stig", "this year", True),
        ("hard", None, "this year", True),
        ("overdue", "dora", "this year", False),
    ],
)
def test_who_asks_for_whole_years_of_a_kept_report_has_them_from_tallies(settle, report, who, period, from_tallies):
    town = settle(ROUTINE)
    town.report()
    fold_all(town)
    found = statements(town)
    reading(town, report, who, period).count()
    looked_at = [each for each in found if "FROM tally " in each]
    assert bool(looked_at) == from_tallies
    if from_tallies and period != "more than two years":
        assert not any("count(" in each.lower() for each in found), "no case is looked at that the tallies know"


def test_a_report_is_right_while_nothing_is_kept_yet_and_when_much_has_changed(settle, monkeypatch):
    town = settle(ROUTINE)
    for _ in range(3):
        town.report()
    all_alike(town)
    fold_all(town)
    monkeypatch.setattr("app.tally.reading.MOST_UNKNOWN", 1)
    for case in town.session.scalars(select(Case)).all():
        town.do(case, "dora", "close")
    found = statements(town)
    all_alike(town)
    assert any("count(" in each.lower() for each in found)


@pytest.mark.postgresql
@pytest.mark.parametrize("asked", ["count", "lasted"])
def test_a_report_is_right_when_all_is_forgotten_while_it_is_read(postgresql_town, settle_with, asked):
    town = settle_with(postgresql_town, ROUTINE)
    for _ in range(4):
        town.do(town.report(severity="high"), "dora", "note")
    fold_all(town)
    found = reading(town, "hard", "dora", "this year")
    assert found._span
    with town.sessions() as worker:
        worker.execute(update(TallyState).values(reports=""))
        assert fold(worker, town.now, 1) == 1
        worker.commit()
    told = [row["count"] for row in found.count()] if asked == "count" else [a.runs for a in found.lasted(["answer"])]
    assert sum(told) == 4


def test_a_case_that_is_gone_is_counted_no_more(settle_on_both):
    town = settle_on_both(ROUTINE)
    case = town.report()
    moments = {"submitted_at": town.now, "changed_at": town.now}
    gone = Case(
        number="gone",
        flow="case",
        edition_id=case.edition_id,
        state="open",
        unit_id=case.unit_id,
        area_id=case.area_id,
        **moments,
    )
    town.session.add(gone)
    town.session.commit()
    gone_id = gone.id
    fold_all(town)
    counted = select(Tally.runs).where(Tally.report == "few", Tally.clock == "", Tally.unit_id == case.unit_id)
    assert town.session.scalar(counted) == 2
    town.session.execute(delete(Subject).where(Subject.id == gone_id))
    town.session.commit()
    all_alike(town, Random(0))  # noqa: S311 - nothing secret
    fold_all(town, timedelta(hours=1))
    assert town.session.scalar(counted) == 1
    assert gone_id not in town.session.scalars(select(TallyPart.subject_id)).all()


def test_whoever_is_shut_out_of_a_case_does_not_count_it_and_others_do(settle_on_both):
    town = settle_on_both(ROUTINE)
    case, _ = town.report(), town.report()
    town.session.execute(
        update(Subject).where(Subject.id == case.id).values(excluded=f",{person(town.people['rita'])},")
    )
    town.session.commit()
    fold_all(town)
    for who, counted in (("rita", 1), ("dora", 2), ("bill", 0)):
        assert sum(row["count"] for row in reading(town, "places", who, "this year").count()) == counted, who
        kept, live = alike(town, "places", who, "this year")
        assert kept == live


def test_of_a_year_that_the_period_cuts_only_its_days_count(settle):
    """`more than two years` begins on 7 November 2023 and ends in the midst of 20 January 2026."""
    town = settle(ROUTINE)
    for day in ("2023-11-06", "2023-11-07", "2024-05-01", "2025-12-31", "2026-01-20", "2026-01-21"):
        town.now = moment(f"{day} 08:00")
        town.report()
    town.now = moment("2026-03-02 09:00")
    fold_all(town)
    kept, live = alike(town, "places", "dora", "more than two years")
    assert sum(kept[0].values()) == 4
    assert kept == live


def test_a_year_begins_where_the_institution_is(settle):
    town = settle(ROUTINE)
    town.now = moment("2026-01-01 00:30")
    town.report()
    town.now = moment("2026-03-02 09:00")
    fold_all(town)
    assert [row["count"] for row in reading(town, "few", "dora", "this year").count()] == [1]
    assert reading(town, "few", "dora", "last year").count() == []
