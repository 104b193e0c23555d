from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from app.i18n import day, force_locale
from app.web.cells import Due, Link, Long, Tag, Two
from app.web.marks import QUIET, cell, due, state_tag
from model.base import NEVER

HOSTILE = """<i onclick='x'>"&"""
SAFE = "&lt;i onclick=&#39;x&#39;&gt;&#34;&amp;"


@pytest.fixture(autouse=True)
def english(shared_house):
    with shared_house.test_request_context(), force_locale("en"):
        yield


@pytest.mark.parametrize(
    "value",
    [
        HOSTILE,
        Tag(HOSTILE),
        Tag("a", HOSTILE),
        Tag("a", small=HOSTILE),
        Link(HOSTILE, "/"),
        Link("a", HOSTILE),
        Link("a", "/", HOSTILE),
        Two(HOSTILE),
        Two("a", HOSTILE),
        Long(HOSTILE),
        {"en": HOSTILE},
        [HOSTILE],
    ],
)
def test_what_people_wrote_stays_text_wherever_it_stands(value):
    assert SAFE in cell(value)
    assert "<i" not in cell(value)


def test_a_state_stays_text_too():
    assert state_tag({"en": HOSTILE}, HOSTILE) == f'<span class="ds-tag" data-color="{SAFE}">{SAFE}</span>'


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, QUIET),
        ("", QUIET),
        (0, "0"),
        (True, "Yes"),
        (False, "No"),
        (Decimal("1234.50"), "1,234.5"),
        (["a", "b"], "a, b"),
        (Tag("Open", "info"), '<span><span class="ds-tag" data-color="info">Open</span></span>'),
        (
            Tag("Open", small="now"),
            '<span><span class="ds-tag" data-color="neutral">Open</span><small>now</small></span>',
        ),
        (Link("Cold", "/cases/1", "1"), '<a class="ds-link" href="/cases/1"><b>1</b> Cold</a>'),
        (Link("Cold", "/cases/1"), '<a class="ds-link" href="/cases/1">Cold</a>'),
        (Two("IE"), "<span>IE</span>"),
        (Two("IE", "HSE"), "<span>IE<small>HSE</small></span>"),
        (Long("word " * 50), "word " * 27 + "word…"),
        (date(2019, 7, 1), '<time class="nowrap" datetime="2019-07-01">1 Jul 2019</time>'),
    ],
)
def test_each_kind_of_value_has_its_marks(value, shown):
    assert cell(value) == shown


def test_a_moment_is_shown_as_its_day_or_precisely():
    when = datetime(2019, 7, 1, 22, 5, tzinfo=UTC)
    begins = '<time class="nowrap" datetime="2019-07-01T22:05:00+00:00">'
    assert cell(when) == f"{begins}2 Jul 2019</time>"
    assert cell(when, precise=True) == f"{begins}2 Jul 2019 at 00.05</time>"


def test_a_deadline_says_its_day_and_how_far_it_is():
    later, before = (datetime.now(UTC) + timedelta(days=days) for days in (11, -5))
    nowrap = f'<time class="nowrap" datetime="{Due(later)}">{day(later)}</time>'
    assert due(Due(later)) == cell(Due(later)) == f"<span>{nowrap}<small>in 11 days</small></span>"
    overdue = '<span class="ds-tag" data-color="danger">Overdue 5 days</span>'
    small = f'<small><time datetime="{Due(before)}">{day(before)}</time></small>'
    assert due(Due(before)) == f"<span>{overdue}{small}</span>"


@pytest.mark.parametrize("value", [Due(None), Due(NEVER), Due(datetime(2019, 7, 1, tzinfo=UTC), finished=True)])
def test_a_deadline_that_nobody_waits_for_shows_nothing(value):
    assert due(value) == QUIET
