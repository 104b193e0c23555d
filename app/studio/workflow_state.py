"""The forms of states, requirements, deadlines and questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from app.change import editing
from app.change.editing_text import Value
from app.i18n import gettext, lazy_gettext
from app.language.moments import UNITS
from app.language.times import length, moment
from app.studio.workflow_move import MovePanel
from app.studio.workflow_panel import Option, Panel, piece, select
from app.studio.workflow_words import strings

FIRST = "/"
"""Stands for the place before all states."""
LONGEST = 9999


class StatePanel(Panel):
    """Asks about a state."""

    kind = "state"
    new_title = lazy_gettext("New state")

    def questions(self) -> Iterator[tuple[str, Any]]:
        """Ask what it is called, what the reporter is told, and whether it is the end."""
        yield "label", self.texts_question(gettext("The state is called"), "label", must=True)
        yield "told", self.texts_question(gettext("The reporter reads"), "told", long=True)
        finals = [
            ("", gettext("No, work goes on")),
            ("true", gettext("Yes, for good")),
            ("may reopen", gettext("Yes, but it may be opened again")),
        ]
        final = self.now("final")
        yield "final", select(gettext("Is the case finished here?"), finals, str(final or "").replace("false", ""))
        if not self.name:
            names = self.desk.document.names("flows", self.flow, "states")
            after = [(name, gettext("After “%(state)s”", state=self.said.state(name))) for name in names]
            yield "after", select(gettext("Place in the order"), [(FIRST, gettext("First")), *after], self._last(names))
        yield "name", self.name_question()

    def _last(self, names: list[str]) -> str:
        """Before those that are the end."""
        open_ones = [n for n in names if self.desk.value("flows", self.flow, "states", n, "final") in (None, "false")]
        return open_ones[-1] if open_ones else FIRST

    def changed(self) -> str:
        """Write it; another name goes everywhere, and open cases follow."""
        form = self.form
        values: dict[str, Value | None] = {
            "label": form["label"].data,
            "told": form["told"].data or None,
            "final": form["final"].data or None,
        }
        if not self.name:
            name = self.new_name(form["label"].data)
            text = editing.add_state(self.desk.text, self.flow, name, values, (form["after"].data or "").strip(FIRST))
        else:
            text = editing.set_state(self.desk.text, self.flow, self.name, values)
            name = (form["name"].data or "").strip() or self.name
            if name != self.name:
                known = self.desk.base.flows.get(self.flow)
                text = editing.rename_state(text, self.flow, self.name, name, list(known.states) if known else [])
        self.name = name
        return text


class GuardPanel(Panel):
    """Asks about a requirement."""

    kind = "guard"
    new_title = lazy_gettext("New requirement")

    @property
    def title(self) -> str:
        """Its sentence."""
        return self.said.guard(self.name) if self.name else str(self.new_title)

    def questions(self) -> Iterator[tuple[str, Any]]:
        """Ask for the sentence and the condition."""
        if not self.name:
            yield "name", self.name_question()
        yield "says", self.texts_question(gettext("What is said where it isn't met"), "says", long=True, must=True)
        label = gettext("What must hold, in the routine's own words")
        yield "needs", piece(label, self.now("needs"), self._explained(), must=True)

    def _explained(self) -> str:
        example = gettext("For example: severity: filled, or {not: {area: repairs}}, or {done: consult}.")
        words = self.said.condition(self.now("needs"))
        return f"{words}. {example}" if words else example

    def taken(self) -> set[str]:
        """Other requirements."""
        return set(self.desk.document.names("guards"))

    def changed(self) -> str:
        """Write it."""
        needs, says = self.form["needs"].data, self.form["says"].data
        if self.name:
            return editing.set_guard(self.desk.text, self.name, needs, says)
        name = self.new_name(says)
        text = editing.add_guard(self.desk.text, name, needs, says)
        self.name = name
        return text


class FieldPanel(Panel):
    """Asks about a question's words."""

    kind = "field"

    @property
    def title(self) -> str:
        """What it is called."""
        return self.said.field(self.name)

    def questions(self) -> Iterator[tuple[str, Any]]:
        """Ask for its words."""
        yield "label", self.texts_question(gettext("The question"), "label")
        yield "help", self.texts_question(gettext("Explanation"), "help", long=True)

    def changed(self) -> str:
        """Write it."""
        values = {"label": self.form["label"].data or None, "help": self.form["help"].data or None}
        return editing.set_field(self.desk.text, self.name, values)


class ClockPanel(Panel):
    """Asks about a deadline: how long it runs, and who is reminded when."""

    kind = "clock"

    @property
    def title(self) -> str:
        """What starts it."""
        starts = strings(self.now("start"))
        names = {**dict(self._named("states")), **dict(self._named("transitions"))}
        return gettext("Deadline: %(name)s", name=", ".join(names.get(each, self.said.field(each)) for each in starts))

    def _named(self, kind: str) -> Iterable[tuple[str, str]]:
        names = self.desk.document.names("flows", self.flow, kind)
        return ((name, self.desk.label("flows", self.flow, kind, name)) for name in names)

    def units(self) -> list[Option]:
        """Units of a length, in words."""
        words = (
            gettext("working days"),
            gettext("days"),
            gettext("hours"),
            gettext("weeks"),
            gettext("months"),
            gettext("years"),
        )
        return [("", "–"), *zip(UNITS, words, strict=True)]

    def questions(self) -> Iterator[tuple[str, Any]]:
        """Ask for the length as number and unit where it is one, and for a row of each reminder."""
        runs = self.now("runs")
        found = length(runs) if isinstance(runs, str) else None
        if found or runs is None:
            yield "count", self._count(gettext("How long"), found.count if found else None)
            yield "unit", select(gettext("Unit"), self.units(), found.unit if found else "")
        else:
            yield "runs", piece(gettext("How long, in the routine's own words"), runs)
        people: list[Option] = [("", "–"), ("handler", self.said.who("handler")), *self.people()]
        hows: list[Option] = [
            ("due", gettext("when the deadline is up")),
            ("before", gettext("before the deadline")),
            ("after", gettext("after the deadline")),
            ("every", gettext("afterwards, every")),
        ]
        kept = list(self._reminders())
        empty: list[tuple[str, str, int | None, str]] = [("", "due", None, "")]
        for at, (who, how, count, unit) in enumerate([*kept, *empty * (self.row_count(len(kept)) - len(kept))]):
            yield f"who-{at}", select(gettext("Receiver %(at)d", at=at + 1), people, who)
            yield f"count-{at}", self._count(gettext("Number %(at)d", at=at + 1), count)
            yield f"unit-{at}", select(gettext("Unit %(at)d", at=at + 1), self.units(), unit)
            yield f"how-{at}", select(gettext("When %(at)d", at=at + 1), hows, how)

    def _count(self, label: str, now: int | None) -> Any:
        return IntegerField(label, [Optional(), NumberRange(min=1, max=LONGEST)], default=now)

    def _reminders(self) -> Iterator[tuple[str, str, int | None, str]]:
        remind = self.now("remind")
        for who, moments in remind.items() if isinstance(remind, Mapping) else ():
            for each in strings(moments):
                found = moment(each)
                run = found.length if found else None
                yield who, found.how if found else each, run.count if run else None, run.unit if run else ""

    def rows(self) -> list[tuple[Any, Any, Any, Any]]:
        """The rows of reminders."""
        names = [name for name in self.form._fields if name.startswith("who-")]
        return [
            tuple(self.form[f"{part}-{at}"] for part in ("who", "count", "unit", "how"))  # type: ignore[misc]
            for at in range(len(names))
        ]

    def changed(self) -> str:
        """Write length and reminders."""
        form = self.form
        if "runs" in form:
            runs: Value | None = form["runs"].value
        else:
            runs = _length(form["count"].data, form["unit"].data)
        remind: dict[str, list[str]] = {}
        for who, count, unit, how in self.rows():
            if who.data:
                remind.setdefault(who.data, []).append(_moment(how.data, count.data, unit.data))
        return editing.set_clock(self.desk.text, self.flow, self.name, {"runs": runs, "remind": remind or None})


def _length(count: int | None, unit: str) -> str | None:
    if not count or not unit:
        return None
    return f"{count} {unit.removesuffix('s') if count == 1 else unit}"


def _moment(how: str, count: int | None, unit: str) -> str:
    run = _length(count, unit)
    if how == "due" or run is None:
        return how
    return f"every {run}" if how == "every" else f"{run} {how}"


PANELS: Mapping[str, type[Panel]] = {
    each.kind: each for each in (MovePanel, StatePanel, GuardPanel, ClockPanel, FieldPanel)
}
"""The form of each kind of thing, by the word in addresses."""
ADDED = ("transition", "state", "guard")
"""Kinds of which a new one can be made."""
