"""Conditions and parties as words in the request's language: `Area is HSE`, `the handler, except the owner`.

`flow` is where the words stand: the same name may be another state, move or clock in another flow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.i18n import gettext, say
from app.language.conditions import (
    All,
    AnyOf,
    ClockIs,
    Condition,
    Done,
    Has,
    Is,
    Named,
    Not,
    Parts,
    Whole,
)
from app.language.definition import Flow, Routine
from app.language.parties import InField, InRole, NamedParty, Party, Query, Several, Word
from app.telling.labels import Labels, field_in_words
from app.telling.lengths import length_in_words, moment_in_words
from app.telling.names import Names, listed, quoted, spelled

__all__ = [
    "Words",
    "condition_in_words",
    "field_in_words",
    "length_in_words",
    "moment_in_words",
    "party_in_words",
    "value_in_words",
]


def condition_in_words(condition: Condition, routine: Routine, names: Names, flow: Flow | None = None) -> str:
    """Say what must hold, as a clause without a full stop."""
    return Words(routine, names, flow).condition(condition)


def party_in_words(party: Party | None, routine: Routine, names: Names, flow: Flow | None = None) -> str:
    """Say who it is; None is the system itself."""
    return Words(routine, names, flow).party(party)


def value_in_words(field: str, value: str, routine: Routine, names: Names, flow: Flow | None = None) -> str:
    """What an answer to the field is called."""
    return Words(routine, names, flow).value(field, value)


@dataclass(frozen=True)
class Words(Labels):
    """Conditions and parties of one routine, said from inside one flow."""

    def condition(self, condition: Condition, *, holds: bool = True) -> str:
        """Say that the condition holds, or that it doesn't."""
        match condition:
            case Is() | Has():
                return self._field(condition, holds=holds)
            case All(of) | AnyOf(of):
                return self._joined(of, isinstance(condition, All) is holds, holds=holds)
            case Not(of):
                return self.condition(of, holds=not holds)
            case Parts() | Whole():
                return self._elsewhere(condition, holds=holds)
            case Done() | ClockIs():
                return self._event(condition, holds=holds)
            case Named(guard):
                return self._named(guard, holds=holds)
            case _:
                return gettext("always") if holds else gettext("never")

    def _field(self, condition: Is | Has, *, holds: bool) -> str:
        if isinstance(condition, Is):
            return self._is(condition, holds=holds)
        return self._has(condition, holds=(condition.how != "empty") is holds)

    def _is(self, condition: Is, *, holds: bool) -> str:
        if condition.field == "state" and condition.names == {"final"}:
            return gettext("it is finished") if holds else gettext("it is not finished")
        order = self.order(condition.field)
        ranked = sorted(condition.names, key=lambda name: (order.get(name, len(order)), name))
        values = listed([self._answer(condition.field, name) for name in ranked], "or")
        field = self.field(condition.field)
        if holds:
            return gettext("%(field)s is %(values)s", field=field, values=values)
        return gettext("%(field)s is not %(values)s", field=field, values=values)

    def _answer(self, field: str, name: str) -> str:
        """Give an answer inside a sentence: one of several words is held together."""
        text = self.value(field, name)
        return quoted(text) if " " in text and field not in ("state", "unit") else text

    def _has(self, condition: Has, *, holds: bool) -> str:
        field = self.field(condition.field)
        if condition.how == "ticked" or self.kind(condition.field) == "tick":
            return (
                gettext("%(field)s is ticked", field=field)
                if holds
                else gettext("%(field)s is not ticked", field=field)
            )
        if holds:
            return gettext("%(field)s is filled in", field=field)
        return gettext("%(field)s is not filled in", field=field)

    def _joined(self, of: tuple[Condition, ...], every: bool, *, holds: bool) -> str:
        told = [self._inside(each, alone=len(of) == 1, holds=holds) for each in of]
        return listed(told, "standard" if every else "or")

    def _inside(self, condition: Condition, *, alone: bool, holds: bool) -> str:
        text = self.condition(condition, holds=holds)
        inner = condition
        while isinstance(inner, Not | Named):
            inner = inner.of if isinstance(inner, Not) else self._needs(inner.guard)
        compound = isinstance(inner, All | AnyOf) and len(inner.of) > 1
        return f"({text})" if compound and not alone else text

    def _needs(self, guard: str) -> Condition:
        return self.routine.guards[guard].needs

    def _named(self, guard: str, *, holds: bool) -> str:
        if guard in self.routine.guards:
            return self.condition(self._needs(guard), holds=holds)
        return quoted(spelled(guard))

    def _elsewhere(self, condition: Parts | Whole, *, holds: bool) -> str:
        if isinstance(condition, Whole):
            above = self.routine.flows.get(self.flow.part_of[0]) if self.flow and self.flow.part_of else None
            told = replace(self, flow=above).condition(condition.of, holds=holds)
            return gettext("in the case it belongs to: %(condition)s", condition=told)
        parts = self.routine.flows.get(condition.flow)
        label = say(parts.label) if parts else self.field(condition.flow).strip("“”«»")
        told = replace(self, flow=parts or self.flow).condition(condition.of, holds=holds)
        if (condition.how == "every") is holds:
            return gettext("for every “%(part)s”: %(condition)s", part=label, condition=told)
        return gettext("for at least one “%(part)s”: %(condition)s", part=label, condition=told)

    def _event(self, condition: Done | ClockIs, *, holds: bool) -> str:
        if isinstance(condition, ClockIs):
            return self._clock_is(condition, holds=holds)
        move = self.move(condition.transition)
        if condition.since:
            values = {"move": move, "since": self.move(condition.since)}
            if holds:
                return gettext("“%(move)s” is done after the last “%(since)s”", **values)
            return gettext("“%(move)s” is not done after the last “%(since)s”", **values)
        return gettext("“%(move)s” is done", move=move) if holds else gettext("“%(move)s” is not done", move=move)

    def _clock_is(self, condition: ClockIs, *, holds: bool) -> str:
        clock = self.clock(condition.clock)
        if condition.status == "over":
            if holds:
                return gettext("%(deadline)s has passed", deadline=clock)
            return gettext("%(deadline)s has not passed", deadline=clock)
        if holds:
            return gettext("%(deadline)s is running", deadline=clock)
        return gettext("%(deadline)s is not running", deadline=clock)

    def party(self, party: Party | None) -> str:
        """Say who it is."""
        match party:
            case None:
                return gettext("the system")
            case Word(name):
                return self._word(name)
            case InRole(role):
                return self.names.role(role)
            case InField(field):
                return self._in_field(field)
            case NamedParty(name):
                return self.party(self.routine.parties[name]) if name in self.routine.parties else spelled(name)
            case Several():
                return listed(map(self.party, self._opened(party)))
            case Query():
                return self._query(party)

    def given(self, field: str, value: object) -> str:
        """What a field is set to: a value, several, or whoever a party leads to."""
        if isinstance(value, str):
            return gettext("ticked") if value == "ticked" else quoted(self.value(field, value))
        if isinstance(value, tuple):
            return listed(quoted(self.value(field, str(each))) for each in value)
        return self.party(value) if isinstance(value, Party) else str(value)

    def _opened(self, party: Party) -> Iterator[Party]:
        if isinstance(party, NamedParty) and party.name in self.routine.parties:
            yield from self._opened(self.routine.parties[party.name])
        elif isinstance(party, Several):
            for each in party.of:
                yield from self._opened(each)
        else:
            yield party

    def _whole(self, party: Party) -> str:
        """Say who it is, held together where something is said about all of them."""
        text = self.party(party)
        return f"({text})" if len(list(self._opened(party))) > 1 else text

    def _word(self, name: str) -> str:
        words = {
            "anyone": gettext("anyone"),
            "reporter": gettext("the reporter"),
            "handler": gettext("the handler"),
            "me": gettext("whoever does it"),
            "itself": gettext("the system"),
            "routing": gettext("whoever the routing leads to"),
        }
        return words[name]

    def _in_field(self, field: str) -> str:
        known = {"owner": gettext("the person responsible"), "new_handler": gettext("the new handler")}
        if field in known:
            return known[field]
        return gettext("those named in “%(field)s”", field=field_in_words(field, self.routine))

    def _query(self, query: Query) -> str:
        text = self._found(query)
        if query.excepted is not None:
            text = gettext("%(who)s, but not %(others)s", who=text, others=self._whole(query.excepted))
        if query.only:
            fields = listed(field_in_words(name, self.routine) for name in query.only)
            text = gettext("%(who)s (sees only %(fields)s)", who=text, fields=fields)
        if query.when is not None:
            text = gettext("%(who)s if %(condition)s", who=text, condition=self.condition(query.when))
        return text

    def _found(self, query: Query) -> str:
        if query.first:
            first, *others = map(self._whole, query.first)
            return "".join([first, *(gettext(", otherwise %(who)s", who=other) for other in others)])
        base = self._base(query)
        place = self._place(query.at)
        return f"{base} {place}" if place else base

    def _base(self, query: Query) -> str:
        if query.did:
            done = self._who_did(query.did)
            return (
                done
                if query.who is None
                else gettext("%(who)s among %(those)s", who=self._whole(query.who), those=done)
            )
        who = self._whole(query.who) if query.who is not None else gettext("everyone with a function")
        return gettext("%(who)s in “%(part)s”", who=who, part=self.flow_label(query.of)) if query.of else who

    def _who_did(self, move: str) -> str:
        if move == "anything":
            return gettext("those who have worked on the case")
        return gettext("whoever did “%(move)s”", move=self.move(move))

    def _place(self, at: str) -> str:
        words = {
            "nearest": "",
            "own": gettext("at that very unit"),
            "within": gettext("at the unit or under it"),
            "anywhere": gettext("anywhere"),
        }
        if at in words:
            return words[at]
        field = self.routine.fields.get(at)
        label = field_in_words(at, self.routine)
        if field is not None and field.type == "person":
            return gettext("where those in “%(field)s” belong", field=label)
        return gettext("at “%(field)s”", field=label)
