"""The tables of the editor's page: each move, state, requirement, deadline and question of one flow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from markupsafe import Markup

from app.change.editing_text import Path
from app.i18n import gettext, language
from app.language.fault import Fault
from app.language.standard import EVERY_STANDARD
from app.studio.workflow_desk import Desk, sentence
from app.studio.workflow_words import Said, strings
from app.telling.picture import picture

KINDS = {"transition": "transitions", "state": "states", "clock": "clocks"}
"""What lies in a flow, by the word in addresses; guards and fields belong to the whole routine."""


def path_of(kind: str, flow: str, name: str) -> Path:
    """Where such a thing stands in the text."""
    return ("flows", flow, KINDS[kind], name) if kind in KINDS else (f"{kind}s", name)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: what it is called, where it is edited, its other columns and whether something is wrong."""

    name: str
    label: str
    href: str
    cells: Sequence[Any] = ()
    wrong: bool = False


@dataclass(frozen=True)
class Shown:
    """One flow of the text, in words."""

    desk: Desk
    flow: str

    @property
    def said(self) -> Said:
        """The words of this flow."""
        return Said(self.desk, self.flow)

    def href(self, kind: str, name: str) -> str:
        """Address of the form that edits it."""
        return f"{url_for('studio_workflow.index')}?{urlencode({'flow': self.flow, kind: name})}#edit"

    def called(self, kind: str, name: str) -> str:
        """What a thing is called on these pages."""
        if kind == "guard":
            return self.said.guard(name)
        if kind == "clock":
            return ", ".join(
                self._event(each) for each in strings(self.desk.value("flows", self.flow, "clocks", name, "start"))
            )
        return self.desk.label(*path_of(kind, self.flow, name))

    def tabs(self) -> list[tuple[str, str, bool]]:
        """Every flow: its name, its address, and whether it is this one."""
        here = url_for("studio_workflow.index")
        return [(self.desk.label("flows", each), f"{here}?flow={each}", each == self.flow) for each in self.desk.flows]

    def _line(self, kind: str, name: str, label: str, *cells: Any) -> Line:
        path = path_of(kind, self.flow, name)
        wrong = any(self.desk.document.path_at(f.line, f.column)[: len(path)] == path for f in self.desk.errors)
        return Line(name, label, self.href(kind, name), cells, wrong)

    def moves(self) -> Iterator[Line]:
        """Way, who, requirements, mails and open cases of each move."""
        desk, said, counts = self.desk, self.said, self.desk.counts(self.flow)
        unfinished = [name for name in self.desk.document.names("flows", self.flow, "states") if not self.final(name)]
        for name in desk.document.names("flows", self.flow, "transitions"):
            path = path_of("transition", self.flow, name)
            starts = strings(desk.value(*path, "from"))
            here = unfinished if starts == ["any"] else starts
            yield self._line(
                "transition",
                name,
                desk.label(*path),
                said.way(name),
                said.who(desk.value(*path, "by")),
                [said.short(each) for each in strings(desk.value(*path, "guards"))],
                said.mails(desk.value(*path, "notify")),
                "" if "new" in starts else sum(counts[each] for each in here),
            )

    def states(self) -> Iterator[Line]:
        """Whether it is finished, and open cases, of each state."""
        counts = self.desk.counts(self.flow)
        words = {"true": gettext("Finished"), "may reopen": gettext("Finished, may be opened again")}
        for name in self.desk.document.names("flows", self.flow, "states"):
            final = self.final(name)
            label = self.desk.label(*path_of("state", self.flow, name))
            yield self._line("state", name, label, words.get(final, gettext("In progress")), counts[name])

    def final(self, name: str) -> str:
        """What a state says about being the end; nothing where it isn't."""
        value = self.desk.value(*path_of("state", self.flow, name), "final")
        return value if isinstance(value, str) and value != "false" else ""

    def guards(self) -> Iterator[Line]:
        """What each requirement needs."""
        for name in self.desk.document.names("guards"):
            yield self._line(
                "guard", name, self.said.guard(name), self.said.condition(self.desk.value("guards", name, "needs"))
            )

    def clocks(self) -> Iterator[Line]:
        """Length and reminders of each deadline."""
        for name in self.desk.document.names("flows", self.flow, "clocks"):
            path = path_of("clock", self.flow, name)
            runs = self.desk.value(*path, "runs")
            until = self.desk.value(*path, "until")
            length = self.said.runs(runs) if runs else self.said.field(str(until)) if until else ""
            yield self._line(
                "clock",
                name,
                self.called("clock", name) or name,
                length,
                self.said.reminders(self.desk.value(*path, "remind")),
            )

    def _event(self, name: str) -> str:
        for kind in ("states", "transitions"):
            if name in self.desk.document.names("flows", self.flow, kind):
                return self.desk.label("flows", self.flow, kind, name)
        return self.said.field(name)

    def fields(self) -> Iterator[Line]:
        """Every question that is declared, or asked in this flow."""
        asked = dict.fromkeys(self.desk.document.names("fields"))
        for move in self.desk.document.names("flows", self.flow, "transitions"):
            path = path_of("transition", self.flow, move)
            for word in ("fields", "optional"):
                asked |= dict.fromkeys(strings(self.desk.value(*path, word)))
        for name in asked:
            yield self._line("field", name, self.said.field(name), name in EVERY_STANDARD)

    def faults(self) -> Iterator[tuple[str, str, bool]]:
        """Every fault: the sentence, where it is mended, and whether it is a warning only."""
        for fault in self.desk.faults:
            yield sentence(fault), self._mended(fault), fault.warning

    def _mended(self, fault: Fault) -> str:
        match self.desk.document.path_at(fault.line, fault.column):
            case ("flows", flow, "transitions" | "states" | "clocks" as kind, name, *_):
                return Shown(self.desk, flow).href(kind[:-1], name)
            case ("guards" | "fields" as kind, name, *_):
                return self.href(kind[:-1], name)
        return url_for("studio_workflow_text.index", line=fault.line)

    def drawing(self, kind: str, name: str) -> tuple[Markup, bool]:
        """Draw the flow, and say whether it is the draft's; with faults in the draft it is the one in force."""
        routine = self.desk.compiled
        known = routine if routine is not None and self.flow in routine.flows else self.desk.base
        flow = known.flows.get(self.flow)
        if flow is None:
            return Markup(""), False
        mark = self._marked(kind, name)
        drawn = picture(known, flow, language(), counts=self.desk.counts(self.flow), mark=mark, name="drawing")
        return drawn, known is routine

    def _marked(self, kind: str, name: str) -> frozenset[str]:
        if kind == "state":
            return frozenset({name})
        if kind != "transition" or not name:
            return frozenset()
        starts = strings(self.desk.value(*path_of(kind, self.flow, name), "from"))
        return frozenset({name, *starts})
