"""The rest of the routine's page: where reports go, every deadline with its reminders, and what is counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.i18n import gettext, say
from app.language.conditions import ALWAYS, Condition
from app.language.definition import Clock, Flow, Report, Routine, Text
from app.language.parties import Party
from app.telling.lengths import moment_in_words
from app.telling.names import Names, listed, quoted
from app.telling.of_clocks import runs_in_words
from app.telling.of_reports import period_in_words, times_in_words
from app.telling.page import Line
from app.telling.teller import capital
from app.telling.words import Words, field_in_words


@dataclass(frozen=True, slots=True)
class Area:
    """One area as it is handed in: `says` is why its reports aren't taken here, `door` and `href` where they belong."""

    name: str
    label: Text
    help: Text
    says: Text | None = None
    door: Text | None = None
    href: str = ""


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One area in words: taken here, or not and where it belongs."""

    id: str
    label: str
    help: str
    here: bool
    text: str
    href: str


def area_rows(areas: Iterable[Area]) -> list[AreaRow]:
    """Tell what becomes of reports of each area."""
    found = []
    for area in areas:
        here = area.says is None
        text = gettext("Is handled here") if here else say(area.door) or say(area.says)
        found.append(AreaRow(f"area-{area.name}", say(area.label), say(area.help), here, text, area.href))
    return found


def routing_lines(rows: Sequence[tuple[Condition, Party]], routine: Routine, names: Names) -> list[Line]:
    """Tell the routing: the first line that fits decides."""
    words = Words(routine, names)
    found = []
    for number, (when, to) in enumerate(rows, 1):
        if when == ALWAYS:
            label = gettext("Everything") if number == 1 else gettext("Everything else")
        else:
            label = capital(gettext("if %(condition)s", condition=words.condition(when)))
        found.append(Line(f"routing-{number}", label, capital(words.party(to))))
    return found


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline in words."""

    id: str
    label: str
    length: str
    reminders: tuple[str, ...]
    notes: tuple[str, ...]


def deadlines(routine: Routine, names: Names) -> list[Deadline]:
    """Tell every deadline of every flow."""
    return [
        _deadline(clock, flow, Words(routine, names, flow))
        for flow in routine.flows.values()
        for clock in flow.clocks.values()
    ]


def _deadline(clock: Clock, flow: Flow, words: Words) -> Deadline:
    reminders = (
        gettext("%(who)s: %(moments)s", who=capital(words.party(who)), moments=listed(map(moment_in_words, moments)))
        for who, moments in clock.remind
    )
    return Deadline(
        id=f"deadline-{flow.name}-{clock.name}".replace("_", "-"),
        label=f"{say(flow.label)}: {words.of_clock(clock)}",
        length=capital(runs_in_words(clock, words)),
        reminders=tuple(reminders),
        notes=tuple(_notes(clock, words)),
    )


def _notes(clock: Clock, words: Words) -> list[str]:
    found = []
    if clock.when != ALWAYS:
        found.append(gettext("Only if %(condition)s.", condition=words.condition(clock.when)))
    if clock.stop:
        events = listed((quoted(words.starter(event)) for event in clock.stop), "or")
        found.append(gettext("Stops at %(events)s.", events=events))
    if clock.until and clock.runs is not None:
        field = field_in_words(clock.until, words.routine)
        found.append(gettext("“%(field)s” decides instead, once it is filled in.", field=field))
    if clock.pause is not None:
        found.append(gettext("Stands still while %(condition)s.", condition=words.condition(clock.pause)))
    if clock.then:
        found.append(gettext("When it has passed, “%(move)s” happens by itself.", move=words.move(clock.then)))
    return found


@dataclass(frozen=True, slots=True)
class Count:
    """One report in words."""

    id: str
    label: str
    lines: tuple[Line, ...]


def counts(routine: Routine, names: Names) -> list[Count]:
    """Tell every report."""
    words = Words(routine, names)
    return [_count(report, words) for report in routine.reports.values()]


def _count(report: Report, words: Words) -> Count:
    start = f"report-{report.name}".replace("_", "-")
    parts = {
        "about": (gettext("About"), listed(quoted(words.flow_label(name)) for name in report.of)),
        "when": (gettext("Only where"), "" if report.when == ALWAYS else words.condition(report.when)),
        "by": (gettext("Counts by"), _fields(report.rows, words)),
        "shows": (gettext("Shows"), _fields(report.show, words)),
        "times": (gettext("Measures"), listed(times_in_words(report, words))),
        "see": (gettext("Who can see it"), words.party(report.see) if report.see is not None else ""),
        "sent": (
            gettext("Is sent to"),
            listed(f"{words.party(who)} {period_in_words(each)}" for who, each in report.send),
        ),
        "hides": (gettext("Small numbers"), _hides(report)),
    }
    lines = (Line(f"{start}-{name}", label, capital(text)) for name, (label, text) in parts.items() if text)
    return Count(start, say(report.label), tuple(lines))


def _fields(names: tuple[str, ...], words: Words) -> str:
    return listed(field_in_words(name, words.routine) for name in names)


def _hides(report: Report) -> str:
    return gettext("Numbers below %(number)s are hidden.", number=report.hide_below) if report.hide_below else ""
