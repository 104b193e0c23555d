"""What is different about a report, sentence by sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from app.i18n import gettext, say
from app.language.conditions import ALWAYS
from app.language.definition import Report
from app.telling.lengths import length_in_words
from app.telling.names import listed, quoted, spelled
from app.telling.teller import Pair, Told, difference, minus, plus, tilde, told_parts
from app.telling.words import Words, field_in_words


def period_in_words(period: str) -> str:
    """How often a report is sent."""
    words = {
        "weekly": gettext("every week"),
        "monthly": gettext("every month"),
        "quarterly": gettext("every quarter"),
        "half-yearly": gettext("every half year"),
        "yearly": gettext("every year"),
    }
    return words.get(period) or spelled(period)


def times_in_words(report: Report, words: Words) -> list[str]:
    """The deadlines it counts, with the lengths it counts by."""
    found = []
    for clock, lengths in report.times.items():
        name = words.clock(clock)
        steps = listed(map(length_in_words, lengths))
        found.append(f"{name} ({steps})" if steps else name)
    return found


def added_report(pair: Pair, new: Report) -> Told:
    """Tell of a new report, all of it."""
    yield plus(gettext("New report: “%(report)s”.", report=say(new.label)))
    blank = Report(new.name, new.label)
    parts = (part.name for part in fields(new) if getattr(blank, part.name) != getattr(new, part.name))
    yield from changed_report(pair, blank, new, frozenset(parts))


def removed_report(old: Report) -> Told:
    """Tell of a report that is gone."""
    yield minus(gettext("Removed report: “%(report)s”.", report=say(old.label)))


def changed_report(pair: Pair, old: Report, new: Report, parts: frozenset[str]) -> Told:
    """Tell of those parts of a report."""
    yield from told_parts(say(new.label), parts, Counted(pair, old, new).ways())


@dataclass(frozen=True)
class Counted:
    """One report before and now."""

    pair: Pair
    old: Report
    new: Report

    @property
    def report(self) -> str:
        """What it is called now."""
        return say(self.new.label)

    def ways(self) -> Mapping[str, Callable[[], Told]]:
        """How each part is told."""
        return {
            "label": self._label,
            "of": self._of,
            "when": self._when,
            "rows": self._rows,
            "show": self._show,
            "times": self._times,
            "see": self._see,
            "send": self._send,
            "hide_below": self._hide_below,
        }

    def _label(self) -> Told:
        if say(self.old.label) != say(self.new.label):
            yield tilde(
                gettext("The report “%(old)s” is now called “%(new)s”.", old=say(self.old.label), new=self.report)
            )

    def _of(self) -> Told:
        flows = listed(quoted(self.pair.now.flow_label(name)) for name in self.new.of) or gettext("everything")
        yield tilde(gettext("“%(report)s” is now about %(flows)s.", report=self.report, flows=flows))

    def _when(self) -> Told:
        if self.new.when == ALWAYS:
            yield tilde(gettext("“%(report)s” now has every case.", report=self.report))
        else:
            condition = self.pair.now.condition(self.new.when)
            yield tilde(
                gettext("“%(report)s” now has only cases where %(condition)s.", report=self.report, condition=condition)
            )

    def _rows(self) -> Told:
        added, removed = self._fields(self.old.rows, self.new.rows)
        for field in added:
            yield plus(gettext("“%(report)s” now counts by “%(field)s”.", report=self.report, field=field))
        for field in removed:
            yield minus(gettext("“%(report)s” no longer counts by “%(field)s”.", report=self.report, field=field))

    def _show(self) -> Told:
        added, removed = self._fields(self.old.show, self.new.show)
        for field in added:
            yield plus(gettext("“%(report)s” now shows “%(field)s”.", report=self.report, field=field))
        for field in removed:
            yield minus(gettext("“%(report)s” no longer shows “%(field)s”.", report=self.report, field=field))

    def _times(self) -> Told:
        added, removed = difference(times_in_words(self.old, self.pair.before), times_in_words(self.new, self.pair.now))
        for deadline in added:
            yield plus(gettext("“%(report)s” now measures %(deadline)s.", report=self.report, deadline=deadline))
        for deadline in removed:
            yield minus(gettext("“%(report)s” no longer measures %(deadline)s.", report=self.report, deadline=deadline))

    def _see(self) -> Told:
        added, removed = self.pair.members(self.old.see, self.new.see)
        for who in added:
            yield plus(gettext("“%(report)s” can now be seen by %(who)s.", report=self.report, who=who))
        for who in removed:
            yield minus(gettext("“%(report)s” can no longer be seen by %(who)s.", report=self.report, who=who))

    def _sent(self, report: Report, words: Words) -> list[tuple[str, str]]:
        return [(words.party(who), period_in_words(period)) for who, period in report.send]

    def _send(self) -> Told:
        before, now = self._sent(self.old, self.pair.before), self._sent(self.new, self.pair.now)
        for who, period in now:
            if (who, period) not in before:
                yield plus(
                    gettext(
                        "“%(report)s” is now sent to %(who)s %(period)s.", report=self.report, who=who, period=period
                    )
                )
        for who, period in before:
            if (who, period) not in now:
                yield minus(
                    gettext(
                        "“%(report)s” is no longer sent to %(who)s %(period)s.",
                        report=self.report,
                        who=who,
                        period=period,
                    )
                )

    def _hide_below(self) -> Told:
        if self.new.hide_below:
            number = self.new.hide_below
            yield tilde(gettext("“%(report)s” now hides numbers below %(number)s.", report=self.report, number=number))
        else:
            yield tilde(gettext("“%(report)s” no longer hides small numbers.", report=self.report))

    def _fields(self, old: tuple[str, ...], new: tuple[str, ...]) -> tuple[list[str], list[str]]:
        before = [field_in_words(name, self.pair.before.routine) for name in old]
        return difference(before, [field_in_words(name, self.pair.now.routine) for name in new])
