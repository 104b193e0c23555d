"""docs/faults.md: each of its numbers stands there once, and a test cites it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NUMBERS = [f"F{n}" for n in range(1, 70)]
CITED = re.compile(r"\bF[1-9][0-9]?\b|_f[1-9][0-9]?_")


@pytest.fixture(scope="module")
def cited():
    """The numbers that tests cite, in a name or in words."""
    tests = [path for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__)]
    return {found.strip("_").upper() for path in tests for found in CITED.findall(path.read_text("utf-8"))}


def test_the_page_has_each_number_once():
    assert re.findall(r"^\| (F\d+) \|", (ROOT / "docs/faults.md").read_text("utf-8"), re.MULTILINE) == NUMBERS


@pytest.mark.parametrize("number", NUMBERS)
def test_each_number_is_cited_by_a_test(cited, number):
    assert number in cited
