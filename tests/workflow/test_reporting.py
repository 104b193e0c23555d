"""What declared reports count and list, and when they are sent."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.language.moments import Length
from app.workflow import posting
from app.workflow.counting import Run
from app.workflow.reporting import measured, rows
from model import Assignment, ConfigurationVersion, Person, Role, Unit

ROUTINE = """
flows:
  case:
    label: Case
    see: [desk, contact]
    states:
      open: {label: Open}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [cost, secret], assign: contact}
      promise: {label: Promise, from: open, to: same, by: desk, fields: [promised_on]}
      close: {label: Close, from: open, to: shut, by: desk}
    clocks:
      answer: {start: submit, runs: 5 days, until: promised_on}
fields:
  cost: {type: number, label: Cost}
  secret: {label: Secret, see: contact}
  promised_on: {type: date, label: Promised}
reports:
  costs: {label: Costs, of: case, rows: [unit], show: [cost], times: {answer: [3 days]}, see: desk, send: {desk: monthly, boss: weekly}}
  late: {label: Late, of: case, when: {over: answer}, show: [number, unit, secret], see: desk}
  few: {label: Few, of: case, rows: [area], hide below: 3, see: desk}
  own: {label: Own, of: case, rows: [unit], see: contact}
"""


@pytest.fixture
def town(settle_on_both):
    return settle_on_both(ROUTINE)


def told(town, name, who="dora"):
    return rows(town.context, town.context.viewer(town.people[who]), town.context.routine.reports[name])


def test_counts_sums_and_times(town):
    early = town.report(cost="100")
    late, promised = town.report(cost="12,5"), town.report(unit="blue")
    town.do(promised, "dora", "promise", promised_on="2026-03-30")
    town.now = town.now.replace(day=4)
    town.do(early, "dora", "close")
    town.now = town.now.replace(day=12)
    town.do(late, "dora", "close")
    red, blue = sorted(told(town, "costs"), key=lambda row: row["unit"], reverse=True)
    assert (red["unit"], red["count"], str(red["cost"])) == ("red", 2, "112.5")
    assert (red["answer met"], red["answer met late"], red["answer under 3 days"]) == (1, 1, 1)
    assert (red["answer mean"], red["answer median"]) == (6.0, 6.0)
    assert (blue["count"], blue["answer extended"], blue["answer over"]) == (1, 1, 0)


def test_a_list_is_asked_of_the_clock_and_hides_what_has_a_see_of_its_own(town):
    case, other = town.report(secret="Hush"), town.report()
    town.do(other, "dora", "close")
    town.now = town.now.replace(day=9)
    assert told(town, "late") == [{"number": case.number, "unit": "red"}]


@pytest.mark.parametrize(
    ("most", "within"),
    [
        (Length(2, "hours"), timedelta(hours=2)),
        (Length(2, "days"), timedelta(days=2)),
        (Length(5, "working days"), timedelta(days=7)),
        (Length(2, "weeks"), timedelta(days=14)),
        (Length(2, "months"), timedelta(days=60)),
        (Length(2, "years"), timedelta(days=730)),
    ],
)
def test_what_is_under_a_length_and_what_is_over_it(most, within):
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    minute = timedelta(minutes=1)
    ends = [start + within - minute, start + within, start + within + minute, None]
    runs = [Run(start, start + within, end, extended=end is None) for end in ends]
    told = measured("answer", runs, (most,), start + within)
    assert told == {
        "answer met": 2,
        "answer met late": 1,
        "answer extended": 1,
        "answer over": 0,
        "answer mean": told["answer mean"],
        "answer median": told["answer median"],
        f"answer under {most.count} {most.unit}": 2,
    }
    assert measured("answer", runs[3:], (), start + within + minute) == {
        "answer met": 0,
        "answer met late": 0,
        "answer extended": 1,
        "answer over": 1,
    }


def test_small_numbers_are_not_told(town):
    for _ in range(2):
        town.report()
    for _ in range(3):
        town.report(area="safety")
    assert {row["area"]: row["count"] for row in told(town, "few")} == {"teaching": "under 3", "safety": 3}


def test_each_counts_what_the_report_lets_them(town):
    town.report()
    town.report(unit="blue")
    assert [(row["unit"], row["count"]) for row in told(town, "own", "rita")] == [("red", 1)]
    assert told(town, "costs", "rita") == []


EXTRA = ROUTINE.replace("[cost, secret]", "[cost, secret, cause, hurt, place_of, keeper, witnesses, kinds]").replace(
    "fields:\n",
    """fields:
  cause: {label: Cause, choices: {people: {label: People, choices: {tired: Tired}}, machine: Machine}}
  hurt: {label: Hurt, type: tick}
  place_of: {label: Place, type: unit}
  keeper: {label: Keeper, type: person}
  witnesses: {label: Witnesses, type: person, many: true}
  kinds: {label: Kinds, many: true, choices: {red: Red, blue: Blue}}
""",
)


def test_it_counts_by_any_kind_of_field(settle_on_both):
    names = ("cause", "hurt", "place_of", "keeper", "witnesses", "kinds", "cost")
    counts = "".join(f"  by_{n}: {{label: {n}, of: case, rows: [{n}], see: desk}}\n" for n in names)
    town = settle_on_both(
        EXTRA + counts + "  kinds_of: {label: K, of: case, rows: [area], show: [hurt, kinds], see: desk}\n"
    )
    pick = town.people
    town.report(cause="tired", hurt=True, keeper=pick["rita"], kinds=["red", "blue"], cost="10")
    town.report(cause="tired", place_of="red_lab", witnesses=[pick["lena"], pick["bill"]], kinds=["blue"], cost="10.0")
    odd = town.report(keeper=pick["rita"], witnesses=[pick["bill"], pick["lena"]], cost="1E+3")
    odd.answers = {**odd.answers, "kinds": ["blue", "red"]}
    town.session.commit()
    found = {n: {row[n]: row["count"] for row in told(town, f"by_{n}")} for n in names}
    assert found == {
        "cause": {"tired": 2, None: 1},
        "hurt": {True: 1, None: 2},
        "place_of": {"red_lab": 1, None: 2},
        "keeper": {str(pick["rita"]): 2, None: 1},
        "witnesses": {tuple(sorted((pick["lena"], pick["bill"]), key=str)): 2, None: 1},
        "kinds": {("blue", "red"): 2, ("blue",): 1},
        "cost": {"10": 2, "1000": 1},
    }
    assert [(row["hurt"], row["kinds"]) for row in told(town, "kinds_of")] == [(1, 3)]


@pytest.mark.parametrize(
    ("period", "first"),
    [
        ("weekly", date(2026, 8, 17)),
        ("monthly", date(2026, 8, 1)),
        ("quarterly", date(2026, 7, 1)),
        ("half-yearly", date(2026, 7, 1)),
        ("yearly", date(2026, 1, 1)),
    ],
)
def test_a_period_begins(period, first):
    assert posting.first_day(period, date(2026, 8, 19)) == first


def post(town, moment):
    town.now = town.now.fromisoformat(moment)
    town.mark = town.last_mail()
    posting.post_reports(town.session, town.now)
    town.session.commit()
    return sorted(town.mails())


def test_reports_go_once_at_seven_on_the_first_day(town):
    assert post(town, "2026-03-03T09:00+01:00") == [], "nothing is sent for the time before the routine began"
    assert post(town, "2026-03-09T06:59+01:00") == []
    assert post(town, "2026-03-09T07:00+01:00") == [("bess", "costs"), ("lena", "costs")]
    assert post(town, "2026-03-09T07:01+01:00") == []
    assert post(town, "2026-04-01T07:00+02:00") == [
        ("bess", "costs"),
        ("dirk", "costs"),
        ("dora", "costs"),
        ("lena", "costs"),
    ]
    assert posting.next_moment(town.context).isoformat() == "2026-04-06T07:00:00+02:00"


def test_a_worker_that_was_away_sends_the_latest_only(town):
    assert [name for name, _ in post(town, "2026-03-25T12:00+01:00")] == ["bess", "lena"]


def test_a_new_holder_gets_the_next_one(town):
    post(town, "2026-03-09T07:00+01:00")
    session = town.session
    role, unit = (session.query(each).filter_by(name=name).one().id for each, name in ((Role, "boss"), (Unit, "blue")))
    session.add(Assignment(person_id=session.query(Person).filter_by(name="olga").one().id, role_id=role, unit_id=unit))
    session.get(ConfigurationVersion, 1).version += 1
    session.commit()
    assert [name for name, _ in post(town, "2026-03-16T07:00+01:00")] == ["bess", "lena", "olga"]


def test_what_is_no_number_adds_nothing(town):
    case = town.report(cost="10")
    town.report(cost="2")
    case.answers = {**case.answers, "cost": "much"}
    town.session.commit()
    assert [str(row["cost"]) for row in told(town, "costs")] == ["2"]
