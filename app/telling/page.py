"""The routine as a page that somebody who never saw the system can read: what may be done, by whom, and when.

Every line has an id of its own, so that it can be pointed at. Nobody is named, only functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.i18n import gettext, language, say
from app.language.conditions import ALWAYS
from app.language.definition import SAME, Flow, Routine, State, Text, Transition
from app.telling.arrows import graph
from app.telling.names import Names, listed, quoted
from app.telling.of_clocks import runs_in_words
from app.telling.of_flows import final_in_words
from app.telling.of_moves import destination_in_words, says_of, together_in_words
from app.telling.places import reading_order
from app.telling.teller import capital
from app.telling.words import Words, field_in_words

PLACEHOLDER = re.compile(r"\{(due )?(\w+)\}")


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence about something, with what it answers ("" where it speaks for itself)."""

    id: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that may be done; `who` does it. One that is told already has no lines, but `told`: where that is."""

    id: str
    label: str
    who: str
    lines: tuple[Line, ...]
    told: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One state of a case: what is true then, and what may be done."""

    id: str
    label: str
    lines: tuple[Line, ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One flow: how it begins, step by step, what may be done all the time, and who sees it."""

    id: str
    flow: Flow
    label: str
    lines: tuple[Line, ...]
    begins: tuple[Move, ...]
    steps: tuple[Step, ...]
    always: tuple[Move, ...]


def chapters(routine: Routine, names: Names) -> list[Chapter]:
    """Tell every flow, in the file's order and the request's language."""
    return [_Chapter(Words(routine, names, flow), flow).told() for flow in routine.flows.values()]


def told_in_words(text: Text, words: Words) -> str:
    """A text with its placeholders as words: what will stand there for each case."""

    def named(found: re.Match[str]) -> str:
        due, name = found.groups()
        if due:
            return gettext("[the day %(deadline)s is up]", deadline=words.clock(name))
        return f"[{field_in_words(name, words.routine)}]"

    return PLACEHOLDER.sub(named, say(text))


@dataclass(frozen=True)
class _Chapter:
    words: Words
    flow: Flow

    @property
    def id(self) -> str:
        return _id(self.flow.name)

    def told(self) -> Chapter:
        """Tell the flow."""
        moves = self.flow.transitions.values()
        unfinished = {state.name for state in self.flow.states.values() if not state.finished}
        always = [move for move in moves if len(unfinished) > 1 and unfinished <= set(move.sources)]
        return Chapter(
            id=self.id,
            flow=self.flow,
            label=say(self.flow.label),
            lines=tuple(self._itself()),
            begins=tuple(self._move(move, "new") for move in moves if move.creates),
            steps=tuple(self._steps(always)),
            always=tuple(self._move(move, "always") for move in always),
        )

    def _itself(self) -> Iterator[Line]:
        if self.flow.part_of:
            flows = listed(quoted(self.words.flow_label(name)) for name in self.flow.part_of)
            text = gettext("It is a part of %(flows)s. There may be any number of them.", flows=flows)
            yield Line(f"{self.id}-part", gettext("Belongs to"), text)
        if self.flow.see is not None:
            text = gettext("whoever has it, and %(who)s", who=self.words.party(self.flow.see))
            yield Line(f"{self.id}-see", gettext("Who can see it"), capital(text))

    # -- one state -----------------------------------------------------------

    def _steps(self, always: list[Transition]) -> Iterator[Step]:
        told: dict[str, Move] = {}
        for name in reading_order(graph(self.words.routine, self.flow, language())):
            if name in self.flow.states:
                yield self._step(self.flow.states[name], always, told)

    def _step(self, state: State, always: list[Transition], told: dict[str, Move]) -> Step:
        """Tell one state; a move that is `told` already is only pointed at."""
        here = [move for move in self.flow.transitions.values() if state.name in move.sources and move not in always]
        moves = []
        for move in here:
            new = self._move(move, state.name)
            first = told.setdefault(move.name, replace(new, place=say(state.label)))
            moves.append(new if first.id == new.id else replace(new, lines=(), told=first.id, place=first.place))
        start = f"{self.id}-{_id(state.name)}"
        return Step(start, say(state.label), tuple(self._about(state)), tuple(moves))

    def _about(self, state: State) -> Iterator[Line]:
        start = f"{self.id}-{_id(state.name)}"
        if say(state.told) != say(state.label):
            told = told_in_words(state.told, self.words)
            yield Line(f"{start}-told", gettext("The reporter is told"), told)
        for clock in self.flow.clocks.values():
            if state.name in clock.start:
                text = f"{capital(runs_in_words(clock, self.words))}."
                yield Line(f"{start}-{_id(clock.name)}", gettext("How long it may take"), text)
        if state.finished:
            yield Line(f"{start}-ends", "", final_in_words(state.final, say(state.label)))

    # -- one move ------------------------------------------------------------

    def _move(self, move: Transition, place: str) -> Move:
        found = f"{self.id}-{_id(place)}-{_id(move.name)}"
        who = gettext("Happens by itself") if move.by is None else capital(self.words.party(move.by))
        parts = (*self._leads(move), *self._asks(move), *self._holds(move), *self._does(move))
        lines = tuple(Line(f"{found}-{name}", label, text) for name, label, text in parts)
        return Move(found, say(move.label), who, lines)

    def _leads(self, move: Transition) -> Iterator[tuple[str, str, str]]:
        if move.together != "1":
            yield "together", gettext("Needs"), capital(together_in_words(move.together))
        if move.to.state != SAME:
            yield "to", gettext("Leads to"), capital(destination_in_words(move.to, self.words))
        if move.assign is not None:
            yield "goes", gettext("Then goes to"), capital(self.words.party(move.assign))

    def _asks(self, move: Transition) -> Iterator[tuple[str, str, str]]:
        if move.fields:
            yield "asks", gettext("Must be answered"), self._fields(move.fields)
        if move.optional:
            yield "optional", gettext("May be answered"), self._fields(move.optional)

    def _fields(self, fields: tuple[str, ...]) -> str:
        return listed(self._question(name) for name in fields)

    def _question(self, name: str) -> str:
        label = quoted(field_in_words(name, self.words.routine))
        declared = self.words.routine.fields.get(name)
        if declared is None or declared.when == ALWAYS:
            return label
        return gettext("%(question)s (if %(condition)s)", question=label, condition=self.words.condition(declared.when))

    def _holds(self, move: Transition) -> Iterator[tuple[str, str, str]]:
        for guard in move.guards:
            yield f"requires-{_id(guard)}", gettext("Requirement"), self._requirement(guard)

    def _requirement(self, guard: str) -> str:
        declared = self.words.routine.guards.get(guard)
        if declared is None:
            return says_of(guard, self.words.routine)
        holds = self.words.condition(declared.needs)
        says = told_in_words(declared.says, self.words)
        return gettext(
            "It can be done only if %(condition)s. Otherwise one is told: %(says)s", condition=holds, says=says
        )

    def _does(self, move: Transition) -> Iterator[tuple[str, str, str]]:
        for place, (who, mails) in enumerate(move.notify):
            subjects = listed(quoted(self.words.names.mail(mail)) for mail in mails)
            text = gettext("%(who)s: %(mails)s", who=capital(self.words.party(who)), mails=subjects)
            yield f"mail-{place}", gettext("Gets e-mail"), text
        if move.exclude is not None:
            yield "shuts-out", gettext("Shut out of the case afterwards"), capital(self.words.party(move.exclude))
        for name, value in move.set.items():
            field = quoted(field_in_words(name, self.words.routine))
            text = gettext("%(field)s becomes %(value)s", field=field, value=self.words.given(name, value))
            yield f"sets-{_id(name)}", gettext("Sets"), text
        if move.again:
            yield "again", gettext("Asked anew afterwards"), self._fields(move.again)
        if move.forget:
            yield "forgets", gettext("Erased for good"), self._fields(move.forget)


def _id(name: str) -> str:
    return name.replace("_", "-")
