"""What a report counts or lists for somebody, compared with what a scenario expects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.change.compared import told
from app.change.stage import Play
from app.i18n import gettext
from app.routing import seats
from app.workflow import finding, reporting
from app.workflow.counting import Choice, count


def rows(play: Play, value: list[dict[str, str]], who: str | None, name: str) -> Iterator[str]:
    """Say which rows aren't in the report; none expected means that it is empty."""
    person = play.people.get(who or "")
    found = [_in_words(play, row) for row in _counted(play, person, name)]
    shown = " | ".join(told(each) for each in found) or told(None)
    if not value and found:
        yield gettext("the report should have no rows, but has %(rows)s", rows=shown)
    for row in value:
        if not any(all(str(each.get(k)) == _called(play, k, v) for k, v in row.items()) for each in found):
            yield gettext("the report has no row %(row)s, only %(rows)s", row=told(row), rows=shown)


def _counted(play: Play, person: int | None, name: str) -> list[dict[str, Any]]:
    context = play.context
    viewer = context.viewer(person)
    report = context.routine.reports.get(name)
    if report is None:
        return count(context, choice=Choice(finding.counted(viewer)))
    return reporting.rows(context, viewer, report)


def _in_words(play: Play, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _counted_as(play, name, value) for name, value in row.items()}


def _counted_as(play: Play, name: str, value: Any) -> Any:
    """A counted value as a scenario says it: people by name, a seat by its role, several by name, a tick `ticked`."""
    declared = play.context.routine.fields.get(name)
    if value and name == "handler":
        seat = seats.read(str(value))
        return seat.role if seat.person is None else play.called([seat.person])[0]
    if value and declared is not None and declared.type == "person":
        several = value if isinstance(value, list | tuple) else (value,)
        return ", ".join(play.called(map(int, several)))
    if isinstance(value, list | tuple):
        return ", ".join(sorted(map(str, value)))
    return "ticked" if value is True else value


def _called(play: Play, name: str, value: Any) -> str:
    """A case by its number, where a scenario names it; several values in the order of their names."""
    if isinstance(value, list | tuple):
        return ", ".join(sorted(map(str, value)))
    return play.subject(value).number if name == "number" and value in play.cases else str(value)
