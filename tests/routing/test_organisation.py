"""The organisation's copy: its tree, who holds what there when, what it says, and how it is read and kept."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, select

from app.language.conditions import ALWAYS
from app.language.definition import Field
from app.language.worktime import WorkTime
from app.routing.organisation import Keeper, Notice, load
from app.web.database import bump
from model import Calendar, ConfigurationVersion, Role, Unit
from tests.routing.samples import (
    ANN,
    ANNEX,
    BEN,
    BLUE,
    CAT,
    DAN,
    EVE,
    LAB,
    RED,
    SAFETY,
    TEACHING,
    TODAY,
    TOP,
    holding,
    organisation,
)
from tests.workflow.conftest import settle, sqlite_empty, sqlite_town  # noqa: F401 - a town on SQLite
from tests.workflow.test_opened import ROUTINE

DAY = timedelta(days=1)
BEFORE, AFTER = TODAY - DAY, TODAY + DAY


def people(holdings):
    return [each.person for each in holdings]


def test_a_tree_is_gone_up_and_down():
    place = organisation()
    assert place.tops == (TOP, ANNEX)
    assert [list(place.line(unit)) for unit in (LAB, TOP, None)] == [[LAB, RED, TOP], [TOP], [TOP, ANNEX]]
    assert [place.under(unit) for unit in (TOP, RED, BLUE)] == [{TOP, RED, LAB, BLUE}, {RED, LAB}, {BLUE}]
    kinds = [place.of_kind(LAB, kind) for kind in ("department", "faculty", "top", "nothing")]
    assert kinds == [LAB, RED, TOP, None]
    assert place.of_kind(None, "top") is None
    assert {name: each.id for name, each in place.unit_by_name.items()}["lab"] == LAB
    assert {name: each.id for name, each in place.area_by_name.items()} == {"safety": SAFETY, "teaching": TEACHING}


@pytest.mark.parametrize(
    ("field", "unit", "value"),
    [
        ("wait", LAB, "2 days"),
        ("wait", BLUE, "9 days"),
        ("wait", None, "9 days"),
        ("wait", ANNEX, "1 day"),
        ("mark", LAB, "red"),
        ("mark", BLUE, "1 day"),
    ],
)
def test_a_units_value_is_its_own_or_the_nearest_above_or_the_default(field, unit, value):
    assert organisation().value_of(Field(field, {}, of_unit=True, default="1 day"), unit) == value


@pytest.mark.parametrize(
    ("starts", "ends", "counts"),
    [
        (None, None, True),
        (TODAY, None, True),
        (AFTER, None, False),
        (BEFORE, None, True),
        (None, TODAY, True),
        (None, BEFORE, False),
        (None, AFTER, True),
        (BEFORE, AFTER, True),
        (AFTER, AFTER, False),
        (BEFORE, BEFORE, False),
        (TODAY, TODAY, True),
    ],
)
def test_an_assignment_counts_between_its_dates(starts, ends, counts):
    held = holding(ANN, "contact", RED, starts=starts, ends=ends)
    assert held.counts(TODAY) == counts
    assert people(organisation(held).holders("contact", RED, None, TODAY)) == ([ANN] if counts else [])


@pytest.mark.parametrize(
    ("away", "so"),
    [
        ([], False),
        ([(TODAY, TODAY)], True),
        ([(BEFORE, None)], True),
        ([(TODAY, None)], True),
        ([(AFTER, None)], False),
        ([(BEFORE, BEFORE)], False),
        ([(AFTER, AFTER)], False),
        ([(BEFORE, AFTER)], True),
        ([(BEFORE, BEFORE), (TODAY, TODAY)], True),
        ([(BEFORE, BEFORE), (AFTER, None)], False),
    ],
)
def test_somebody_is_away_between_these_dates(away, so):
    held = holding(ANN, "contact", RED, away=away)
    assert held.is_away(TODAY) == so
    assert people(organisation(held).holders("contact", RED, None, TODAY)) == ([] if so else [ANN])


AWAY = [(TODAY, None)]


@pytest.mark.parametrize(
    ("holdings", "found"),
    [
        ([holding(ANN, "contact", RED), holding(BEN, "contact", RED)], [ANN, BEN]),
        ([holding(ANN, "contact", RED), holding(BEN, "contact", RED, deputy=True)], [ANN]),
        ([holding(ANN, "contact", RED, away=AWAY), holding(BEN, "contact", RED, deputy=True)], [BEN]),
        ([holding(ANN, "contact", RED, away=AWAY), holding(BEN, "contact", RED, deputy=True, away=AWAY)], []),
        ([holding(ANN, "contact", RED, away=AWAY), holding(BEN, "contact", RED)], [BEN]),
        ([holding(ANN, "contact", RED, ends=BEFORE), holding(BEN, "contact", RED, deputy=True)], [BEN]),
        ([holding(ANN, "contact", RED, away=AWAY), holding(BEN, "contact", RED, deputy=True, ends=BEFORE)], []),
        ([holding(ANN, "contact", LAB), holding(BEN, "contact", TOP), holding(CAT, "boss", RED)], []),
        ([holding(ANN, "contact", RED, SAFETY), holding(BEN, "contact", RED, TEACHING)], [ANN]),
    ],
)
def test_a_role_is_held_there_by_who_is_there_else_by_their_deputies(holdings, found):
    assert people(organisation(*holdings).holders("contact", RED, SAFETY, TODAY)) == found


def test_posts_are_held_today_or_not_for_the_area_or_all():
    place = organisation(
        holding(ANN, "contact", RED, SAFETY, ends=BEFORE),
        holding(BEN, "contact", RED),
        holding(CAT, "contact", RED, TEACHING),
        holding(DAN, "contact", LAB),
        holding(EVE, "boss", RED),
    )
    assert people(place.posts("contact", RED, SAFETY)) == [ANN, BEN]
    assert people(place.posts("contact", RED, None)) == [BEN]
    assert people(place.posts("contact", BLUE, None)) == []
    assert [people(place.holdings_of.get(who, ())) for who in (ANN, 99)] == [[ANN], []]


def test_the_nearest_holder_is_at_the_unit_or_else_above():
    place = organisation(holding(ANN, "contact", RED), holding(BEN, "contact", TOP), holding(CAT, "boss", ANNEX))
    found = [people(place.nearest("contact", unit, None, TODAY)) for unit in (LAB, RED, BLUE, None, ANNEX)]
    assert found == [[ANN], [ANN], [BEN], [BEN], []]
    assert place.nearest("nobody", LAB, None, TODAY) == ()


@pytest.mark.parametrize(
    ("first", "last", "stands"),
    [
        (TODAY, TODAY, True),
        (BEFORE, AFTER, True),
        (TODAY, None, True),
        (BEFORE, None, True),
        (AFTER, None, False),
        (BEFORE, BEFORE, False),
        (AFTER, AFTER, False),
    ],
)
def test_a_notice_stands_on_its_days(first, last, stands):
    text = {"en": "Closed."}
    assert organisation(notices=(Notice(first, last, text),)).notices_on(TODAY) == ([text] if stands else [])


def test_a_role_is_called_by_its_name_or_else_its_key():
    assert [organisation().label(role) for role in ("contact", "boss")] == [{"en": "Contact"}, {"nb": "boss"}]


@pytest.fixture
def town(settle):  # noqa: F811
    return settle(ROUTINE)


def read(town):
    town.session.flush()
    return load(town.session, 7)


def test_it_is_read_as_it_is_kept(town):
    found = read(town)
    assert found.version == 7
    assert list(found.unit_by_name) == ["top", "red", "red_lab", "blue"]
    red = found.unit_by_name["red"]
    assert (red.kind, red.above, red.retired) == ("faculty", found.tops[0], False)
    assert (red.label["nb"] if "nb" in red.label else red.label["en"]) == "Red"
    assert list(found.area_by_name) == ["teaching", "safety"]
    assert not any(each.retired for each in found.areas.values())
    assert found.retired_roles == frozenset()
    assert set(found.roles) == {"desk", "contact", "warden", "boss"}
    wanda = next(each for each in found.holdings if each.role == "warden")
    assert (wanda.person, wanda.label, wanda.unit) == (town.people["wanda"], "Wanda", red.id)
    assert (wanda.area, wanda.deputy, wanda.away) == (found.area_by_name["safety"].id, False, ())
    assert [each.person for each in found.holdings if each.deputy] == [town.people["rolf"]]
    assert [(each.position, each.when == ALWAYS) for each in found.rows] == [(1, False), (2, True)]
    assert found.worktime == WorkTime("Europe/Oslo", ["saturday", "sunday"], "NO", [])


def test_what_is_retired_holds_nothing(town):
    town.session.scalars(select(Role).where(Role.name == "boss")).one().retired = True
    town.session.scalars(select(Unit).where(Unit.name == "blue")).one().retired = True
    found = read(town)
    assert found.retired_roles == {"boss"}
    assert found.unit_by_name["blue"].retired
    assert {town.names[each.person] for each in found.holdings} == {"dora", "dirk", "rita", "rolf", "wanda"}


def test_without_a_calendar_it_works_as_most_do(town):
    town.session.execute(delete(Calendar))
    found = read(town)
    assert found.worktime == WorkTime("Europe/Oslo", ["saturday", "sunday"], "NO", [])
    assert found.notices == ()


def test_notices_are_read_from_the_calendar(town):
    calendar = town.session.scalars(select(Calendar)).one()
    calendar.timezone, calendar.notices = (
        "Asia/Tokyo",
        [
            {"from": "2026-03-01", "until": "2026-03-09", "text": {"en": "Moved."}},
            {"from": "2026-03-02", "until": "", "text": {"en": "Open."}},
            {"from": "2026-03-03", "text": {"en": "New."}},
        ],
    )
    found = read(town)
    assert found.notices == (
        Notice(date(2026, 3, 1), date(2026, 3, 9), {"en": "Moved."}),
        Notice(date(2026, 3, 2), None, {"en": "Open."}),
        Notice(date(2026, 3, 3), None, {"en": "New."}),
    )
    assert found.worktime == WorkTime("Asia/Tokyo", ["saturday", "sunday"], "NO", [])


def test_a_copy_is_kept_until_something_changes(town):
    keeper = Keeper()
    first = keeper.organisation(town.session)
    assert first.version == town.session.scalar(select(ConfigurationVersion.version))
    assert keeper.organisation(town.session) is first
    assert keeper.organisation(town.session, first.version) is first
    rows = len(first.rows)
    # Past the session, which would say so.
    town.session.connection().exec_driver_sql("DELETE FROM routing_row WHERE position = 1")
    assert len(keeper.organisation(town.session).rows) == rows
    bump(town.session)
    town.session.flush()
    newer = keeper.organisation(town.session)
    assert (newer.version > first.version, len(newer.rows)) == (True, rows - 1)
    assert keeper.organisation(town.session, first.version).version == first.version


def test_before_anything_was_configured_there_is_a_version_too(town):
    town.session.execute(delete(ConfigurationVersion))
    assert town.session.scalar(select(func.count()).select_from(ConfigurationVersion)) == 0
    assert Keeper().organisation(town.session).version == 0
