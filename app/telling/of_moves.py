"""What is different about one move, sentence by sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from app.i18n import gettext, say
from app.language.definition import BACK, NEW, SAME, Destination, Routine, Transition
from app.telling.names import listed, quoted
from app.telling.teller import Pair, Told, capital, difference, minus, plus, tilde, told_parts
from app.telling.words import Words, field_in_words

NOTHING: Mapping[str, str] = {}


def sources_in_words(move: Transition, words: Words) -> str:
    """From where it can be done: the states, or `a new report`."""
    return listed(gettext("a new one") if name == NEW else words.state(name) for name in move.sources)


def destination_in_words(to: Destination, words: Words) -> str:
    """Where it leads."""
    for flow, state in to.flows.items():
        target = words.routine.flows[flow]
        return gettext("“%(state)s” in “%(flow)s”", state=say(target.states[state].label), flow=say(target.label))
    known = {SAME: gettext("the same state"), BACK: gettext("the state before")}
    return known.get(to.state) or words.state(to.state)


def together_in_words(together: str) -> str:
    """How many must do it before it happens."""
    known = {
        "1": gettext("one of those who may"),
        "each": gettext("one of each of those who may"),
        "each in order": gettext("one of each of those who may, in their order"),
        "everyone": gettext("everyone who may"),
        "majority": gettext("more than half of those who may"),
        "two thirds": gettext("two thirds of those who may"),
    }
    if together in known:
        return known[together]
    return gettext("%(number)s of those who may", number=together)


def says_of(guard: str, routine: Routine) -> str:
    """Give the requirement's own sentence."""
    return say(routine.guards[guard].says) if guard in routine.guards else quoted(guard)


def added_move(pair: Pair, move: Transition) -> Told:
    """Tell of a new move, all of it."""
    values = {
        "move": say(move.label),
        "who": capital(pair.now.party(move.by)),
        "to": destination_in_words(move.to, pair.now),
        "sources": sources_in_words(move, pair.now),
    }
    if move.creates:
        yield plus(gettext("New move: “%(move)s”. %(who)s can start with it, and it leads to %(to)s.", **values))
    elif move.by is None:
        yield plus(
            gettext("New move: “%(move)s”. It happens by itself from %(sources)s, and leads to %(to)s.", **values)
        )
    else:
        yield plus(
            gettext("New move: “%(move)s”. %(who)s can do it from %(sources)s, and it leads to %(to)s.", **values)
        )
    blank = Transition(move.name, move.label, move.sources, move.to, move.by)
    parts = (part.name for part in fields(move) if getattr(blank, part.name) != getattr(move, part.name))
    yield from changed_move(pair, blank, move, frozenset(parts))


def removed_move(move: Transition) -> Told:
    """Tell of a move that is gone."""
    yield minus(gettext("Removed move: “%(move)s”.", move=say(move.label)))


def changed_move(
    pair: Pair, old: Transition, new: Transition, parts: frozenset[str], renamed: Mapping[str, str] = NOTHING
) -> Told:
    """Tell of those parts of a move; a state that only has another name now is no other one."""
    asked = parts & {"fields", "optional"}
    ways = Moved(pair, old, new, renamed).ways()
    yield from told_parts(say(new.label), parts | ({"asked"} if asked else set()), ways)


@dataclass(frozen=True)
class Moved:
    """One move before and now."""

    pair: Pair
    old: Transition
    new: Transition
    renamed: Mapping[str, str]

    @property
    def move(self) -> str:
        """What it is called now."""
        return say(self.new.label)

    def ways(self) -> Mapping[str, Callable[[], Told]]:
        """How each part is told."""
        return {
            "label": self._label,
            "sources": self._sources,
            "to": self._to,
            "by": self._by,
            "together": self._together,
            "asked": self._asked,
            "guards": self._guards,
            "assign": self._assign,
            "notify": self._notify,
            "exclude": self._exclude,
            "set": self._set,
            "again": self._again,
            "forget": self._forget,
        }

    def _label(self) -> Told:
        if say(self.old.label) != say(self.new.label):
            yield tilde(gettext("The move “%(old)s” is now called “%(new)s”.", old=say(self.old.label), new=self.move))

    def _sources(self) -> Told:
        before = {self.renamed.get(name, name): name for name in self.old.sources}
        names = [name for name in self.new.sources if name not in before]
        for name in names:
            yield plus(
                gettext(
                    "“%(move)s” can now be done from %(state)s.",
                    move=self.move,
                    state=self._source(name, self.pair.now),
                )
            )
        for now, name in before.items():
            if now not in self.new.sources:
                state = self._source(name, self.pair.before)
                yield minus(gettext("“%(move)s” can no longer be done from %(state)s.", move=self.move, state=state))

    @staticmethod
    def _source(name: str, words: Words) -> str:
        return gettext("a new one") if name == NEW else words.state(name)

    def _to(self) -> Told:
        new, old = destination_in_words(self.new.to, self.pair.now), destination_in_words(self.old.to, self.pair.before)
        yield tilde(gettext("“%(move)s” now leads to %(new)s instead of %(old)s.", move=self.move, new=new, old=old))

    def _by(self) -> Told:
        if self.new.by is None:
            yield tilde(gettext("“%(move)s” now happens by itself.", move=self.move))
        added, removed = self.pair.members(self.old.by, self.new.by)
        for who in added:
            yield plus(gettext("%(who)s can now do “%(move)s”.", who=who, move=self.move))
        for who in removed:
            yield minus(gettext("%(who)s can no longer do “%(move)s”.", who=who, move=self.move))

    def _together(self) -> Told:
        new, old = together_in_words(self.new.together), together_in_words(self.old.together)
        yield tilde(gettext("“%(move)s” now needs %(new)s instead of %(old)s.", move=self.move, new=new, old=old))

    def _field(self, name: str) -> dict[str, str]:
        return {"move": self.move, "field": field_in_words(name, self.pair.now.routine)}

    def _asked(self) -> Told:
        for name in self.new.fields:
            if name in self.old.optional:
                yield tilde(gettext("“%(move)s” now requires an answer to “%(field)s”.", **self._field(name)))
            elif name not in self.old.fields:
                yield plus(gettext("“%(move)s” now asks for “%(field)s”.", **self._field(name)))
        for name in self.new.optional:
            if name in self.old.fields:
                yield tilde(gettext("“%(field)s” may now be left empty in “%(move)s”.", **self._field(name)))
            elif name not in self.old.optional:
                yield plus(
                    gettext("“%(move)s” now asks for “%(field)s”, which may be left empty.", **self._field(name))
                )

        for name in self.old.asked:
            if name not in self.new.asked:
                label = field_in_words(name, self.pair.before.routine)
                yield minus(gettext("“%(move)s” no longer asks for “%(field)s”.", move=self.move, field=label))

    def _guards(self) -> Told:
        for name in self.new.guards:
            if name not in self.old.guards:
                says = says_of(name, self.pair.now.routine)
                yield plus(gettext("“%(move)s” now also requires: %(says)s", move=self.move, says=says))
        for name in self.old.guards:
            if name not in self.new.guards:
                says = says_of(name, self.pair.before.routine)
                yield minus(gettext("“%(move)s” no longer requires: %(says)s", move=self.move, says=says))

    def _assign(self) -> Told:
        old = self.pair.before.party(self.old.assign)
        values = {"move": self.move, "who": self.pair.now.party(self.new.assign), "old": old}
        if self.old.assign is None:
            yield plus(gettext("With “%(move)s” the case now goes to %(who)s.", move=self.move, who=values["who"]))
        elif self.new.assign is None:
            yield minus(gettext("With “%(move)s” the case no longer goes to %(old)s.", move=self.move, old=old))
        elif values["who"] != old:
            yield tilde(gettext("With “%(move)s” the case now goes to %(who)s instead of %(old)s.", **values))

    def _mails(self, move: Transition, words: Words) -> list[tuple[str, str]]:
        return [(words.party(who), words.names.mail(mail)) for who, mails in move.notify for mail in mails]

    def _notify(self) -> Told:
        before, now = self._mails(self.old, self.pair.before), self._mails(self.new, self.pair.now)
        for who, mail in now:
            if (who, mail) not in before:
                yield plus(
                    gettext(
                        "“%(move)s” now sends an e-mail to %(who)s: “%(mail)s”.", move=self.move, who=who, mail=mail
                    )
                )
        for who, mail in before:
            if (who, mail) not in now:
                yield minus(
                    gettext(
                        "“%(move)s” no longer sends an e-mail to %(who)s: “%(mail)s”.",
                        move=self.move,
                        who=who,
                        mail=mail,
                    )
                )

    def _exclude(self) -> Told:
        added, removed = self.pair.members(self.old.exclude, self.new.exclude)
        for who in added:
            yield plus(gettext("“%(move)s” now shuts %(who)s out of the case.", move=self.move, who=who))
        for who in removed:
            yield minus(gettext("“%(move)s” no longer shuts %(who)s out of the case.", move=self.move, who=who))

    def _values(self, move: Transition, words: Words) -> list[tuple[str, str]]:
        return [(field_in_words(name, words.routine), words.given(name, value)) for name, value in move.set.items()]

    def _set(self) -> Told:
        before, now = self._values(self.old, self.pair.before), self._values(self.new, self.pair.now)
        for field, value in now:
            if (field, value) not in before:
                yield plus(
                    gettext("“%(move)s” now sets “%(field)s” to %(value)s.", move=self.move, field=field, value=value)
                )
        for field, value in before:
            if (field, value) not in now:
                yield minus(
                    gettext(
                        "“%(move)s” no longer sets “%(field)s” to %(value)s.", move=self.move, field=field, value=value
                    )
                )

    def _again(self) -> Told:
        added, removed = self._named(self.old.again, self.new.again)
        for field in added:
            yield plus(gettext("After “%(move)s”, “%(field)s” is now asked anew.", move=self.move, field=field))
        for field in removed:
            yield minus(gettext("After “%(move)s”, “%(field)s” is no longer asked anew.", move=self.move, field=field))

    def _forget(self) -> Told:
        added, removed = self._named(self.old.forget, self.new.forget)
        for field in added:
            yield plus(gettext("“%(move)s” now erases “%(field)s” for good.", move=self.move, field=field))
        for field in removed:
            yield minus(gettext("“%(move)s” no longer erases “%(field)s”.", move=self.move, field=field))

    def _named(self, old: tuple[str, ...], new: tuple[str, ...]) -> tuple[list[str], list[str]]:
        before = [field_in_words(name, self.pair.before.routine) for name in old]
        return difference(before, [field_in_words(name, self.pair.now.routine) for name in new])
