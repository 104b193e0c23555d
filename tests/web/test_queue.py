"""What the handlers' list offers to narrow it by."""

import re

import pytest

from app.web import queue
from tests.house import Person

UNIT = re.compile(r'<select[^>]*name="unit".*?</select>', re.DOTALL)
OPTION = re.compile(r'<option value="([^"]+)"')


def offered(house, who):
    person = Person(house, who)
    person.get("/cases/?tab=all&lang=en")
    return OPTION.findall(UNIT.search(person.text)[0])


@pytest.mark.parametrize("who", ["quality_ie", "head_idi", "desk"])
def test_every_unit_is_offered_where_they_are_few(small_house, who):
    assert len(offered(small_house, who)) > 50


def test_of_very_many_units_those_around_ones_own_are_offered(small_house, monkeypatch):
    monkeypatch.setattr(queue, "MOST_CHOICES", 20)
    assert {"ntnu", "ie", "idi"} <= set(offered(small_house, "quality_ie"))
    assert "mh" not in offered(small_house, "quality_ie")
    assert set(offered(small_house, "head_idi")) == {"ntnu", "ie", "idi"}
    assert len(offered(small_house, "desk")) > 50, "who works at the top has them all under them"
