"""Which reports are kept: by what they count and choose, and never by what changes without their cases."""

import pytest

from app.tally.kept import is_kept, kept
from tests.tally.town import ROUTINE
from tests.workflow.town import routine

MORE = """
  by_what: {{label: More, when: {when}, rows: [{rows}], see: [desk]}}
"""


def declared(when="{severity: high}", rows="unit"):
    found = routine(ROUTINE.rstrip("\n") + MORE.format(when=when, rows=rows))
    return is_kept(found.reports["by_what"], found)


@pytest.mark.parametrize(
    ("when", "there"),
    [
        ("{severity: high}", True),
        ("{state: final}", True),
        ("{not: {done: close}}", True),
        ("{any: [{kinds: red}, {cost: filled}]}", True),
        ("{over: answer}", False),
        ("{unit: red}", False),
        ("{all: [{severity: high}, {unit: red}]}", False),
        ("late", False),
    ],
)
def test_a_condition_on_a_moment_or_a_place_keeps_nothing(when, there):
    assert declared(when) == there


def test_what_a_report_counts_by_must_be_written_as_json():
    assert declared(rows="severity, cost")
    assert not declared(rows="due_on")


def test_every_report_of_the_town_but_the_overdue_is_kept():
    assert [each.name for each in kept(routine(ROUTINE))] == ["places", "costs", "hard", "few"]
