"""What is different about one deadline, sentence by sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from app.i18n import gettext
from app.language.conditions import ALWAYS
from app.language.definition import Clock
from app.language.moments import Length
from app.telling.lengths import length_in_words, moment_in_words
from app.telling.names import listed, quoted
from app.telling.teller import Pair, Told, minus, plus, tilde, told_parts
from app.telling.words import Words, field_in_words


def runs_in_words(clock: Clock, words: Words) -> str:
    """How long the clock runs: a length, a question's answer, or a length for each answer."""
    match clock.runs:
        case Length():
            return length_in_words(clock.runs)
        case str():
            return gettext("as long as “%(field)s” says", field=field_in_words(clock.runs, words.routine))
        case (str(field), lengths):
            each = [f"{words.value(field, value)}: {length_in_words(length)}" for value, length in lengths.items()]
            return gettext(
                "by “%(field)s” (%(lengths)s)", field=field_in_words(field, words.routine), lengths="; ".join(each)
            )
    return gettext("until the date in “%(field)s”", field=field_in_words(clock.until or "", words.routine))


def added_clock(pair: Pair, clock: Clock) -> Told:
    """Tell of a new deadline, all of it."""
    deadline = pair.now.of_clock(clock)
    yield plus(gettext("New: %(deadline)s, %(length)s.", deadline=deadline, length=runs_in_words(clock, pair.now)))
    blank = Clock(clock.name, clock.start, runs=clock.runs)
    parts = (part.name for part in fields(clock) if getattr(blank, part.name) != getattr(clock, part.name))
    yield from changed_clock(pair, blank, clock, frozenset(parts))


def removed_clock(pair: Pair, clock: Clock) -> Told:
    """Tell of a deadline that is gone."""
    length = runs_in_words(clock, pair.before)
    yield minus(gettext("Removed: %(deadline)s, %(length)s.", deadline=pair.before.of_clock(clock), length=length))


def changed_clock(pair: Pair, old: Clock, new: Clock, parts: frozenset[str]) -> Told:
    """Tell of those parts of a deadline."""
    yield from told_parts(pair.now.of_clock(new), parts, Clocked(pair, old, new).ways())


@dataclass(frozen=True)
class Clocked:
    """One clock before and now."""

    pair: Pair
    old: Clock
    new: Clock

    @property
    def deadline(self) -> str:
        """What it is called now."""
        return self.pair.now.of_clock(self.new)

    def ways(self) -> Mapping[str, Callable[[], Told]]:
        """How each part is told."""
        return {
            "start": self._start,
            "stop": self._stop,
            "runs": self._runs,
            "until": self._until,
            "pause": self._pause,
            "when": self._when,
            "remind": self._remind,
            "then": self._then,
        }

    def _events(self, events: tuple[str, ...], words: Words) -> str:
        return listed((quoted(words.starter(event)) for event in events), "or") or gettext("the state is left")

    def _start(self) -> Told:
        new, old = self._events(self.new.start, self.pair.now), self._events(self.old.start, self.pair.before)
        yield tilde(
            gettext("%(deadline)s now starts at %(new)s instead of %(old)s.", deadline=self.deadline, new=new, old=old)
        )

    def _stop(self) -> Told:
        new, old = self._events(self.new.stop, self.pair.now), self._events(self.old.stop, self.pair.before)
        if not self.old.stop:
            yield plus(gettext("%(deadline)s now stops at %(new)s.", deadline=self.deadline, new=new))
        elif not self.new.stop:
            yield minus(gettext("%(deadline)s no longer stops at %(old)s.", deadline=self.deadline, old=old))
        else:
            yield tilde(
                gettext(
                    "%(deadline)s now stops at %(new)s instead of %(old)s.", deadline=self.deadline, new=new, old=old
                )
            )

    def _runs(self) -> Told:
        new, old = runs_in_words(self.new, self.pair.now), runs_in_words(self.old, self.pair.before)
        yield tilde(gettext("%(deadline)s is %(new)s instead of %(old)s.", deadline=self.deadline, new=new, old=old))

    def _until(self) -> Told:
        if self.new.until:
            field = field_in_words(self.new.until, self.pair.now.routine)
            yield plus(gettext("“%(field)s” now decides when %(deadline)s is up.", field=field, deadline=self.deadline))
        if self.old.until:
            field = field_in_words(self.old.until, self.pair.before.routine)
            yield minus(
                gettext("“%(field)s” no longer decides when %(deadline)s is up.", field=field, deadline=self.deadline)
            )

    def _pause(self) -> Told:
        if self.new.pause is not None:
            condition = self.pair.now.condition(self.new.pause)
            yield plus(
                gettext(
                    "%(deadline)s now stands still while %(condition)s.", deadline=self.deadline, condition=condition
                )
            )
        if self.old.pause is not None:
            condition = self.pair.before.condition(self.old.pause)
            yield minus(
                gettext(
                    "%(deadline)s no longer stands still while %(condition)s.",
                    deadline=self.deadline,
                    condition=condition,
                )
            )

    def _when(self) -> Told:
        if self.new.when != ALWAYS:
            condition = self.pair.now.condition(self.new.when)
            yield tilde(
                gettext("%(deadline)s now exists only if %(condition)s.", deadline=self.deadline, condition=condition)
            )
        else:
            yield tilde(gettext("%(deadline)s now exists for every case.", deadline=self.deadline))

    def _reminders(self, clock: Clock, words: Words) -> list[tuple[str, str]]:
        return [(words.party(who), moment_in_words(moment)) for who, moments in clock.remind for moment in moments]

    def _remind(self) -> Told:
        before, now = self._reminders(self.old, self.pair.before), self._reminders(self.new, self.pair.now)
        for who, moment in now:
            if (who, moment) not in before:
                yield plus(
                    gettext(
                        "%(deadline)s: %(who)s is now reminded %(moment)s.",
                        deadline=self.deadline,
                        who=who,
                        moment=moment,
                    )
                )
        for who, moment in before:
            if (who, moment) not in now:
                yield minus(
                    gettext(
                        "%(deadline)s: %(who)s is no longer reminded %(moment)s.",
                        deadline=self.deadline,
                        who=who,
                        moment=moment,
                    )
                )

    def _then(self) -> Told:
        if self.new.then:
            move = self.pair.now.move(self.new.then)
            yield plus(
                gettext(
                    "When %(deadline)s has passed, “%(move)s” now happens by itself.", deadline=self.deadline, move=move
                )
            )
        if self.old.then:
            move = self.pair.before.move(self.old.then)
            yield minus(
                gettext(
                    "When %(deadline)s has passed, “%(move)s” no longer happens by itself.",
                    deadline=self.deadline,
                    move=move,
                )
            )
