"""Clocks from nodes: what starts and stops them, how long they run, whom they remind."""

from collections.abc import Mapping

from app.language.conditions import ALWAYS
from app.language.definition import Clock
from app.language.grammar import choice, condition, party
from app.language.moments import Length, Moment
from app.language.parties import Party
from app.language.read import Node
from app.language.reading import Reading
from app.language.scope import Scope
from app.language.times import LENGTHS, MOMENTS, length, moment

CLOCK_WORDS = ("start", "stop", "runs", "until", "pause", "when", "remind", "then")
Runs = Length | str | tuple[str, Mapping[str, Length]] | None


def clock(reading: Reading, name: str, key: Node, node: Node, scope: Scope) -> Clock:
    """One clock of a flow; faults go to the reading."""
    what = f'clock "{name}"'
    found = reading.words(node, what, CLOCK_WORDS, ("start",), key=key)
    if not {"runs", "until"} & set(found):
        reading.wrong(key, f'{what} has no end; say "runs" (a length) or "until" (a date field)')
    events = scope.all("transitions") | scope.all("states")
    dates = reading.names.of_type("date")
    return Clock(
        name=name,
        start=reading.knowns(found.get("start"), "transition, state or date field", events | dates),
        stop=reading.knowns(found.get("stop"), "transition or state", events),
        runs=_runs(reading, found["runs"]) if "runs" in found else None,
        until=reading.known(found["until"], "date field", dates) if "until" in found else None,
        pause=condition(reading, found["pause"], scope) if "pause" in found else None,
        when=condition(reading, found["when"], scope) if "when" in found else ALWAYS,
        remind=_remind(reading, found["remind"], scope) if "remind" in found else (),
        then=reading.known(found["then"], "transition", scope.all("transitions")) if "then" in found else None,
    )


def _runs(reading: Reading, node: Node) -> Runs:
    if node.kind == "scalar":
        lengths = reading.names.of_type("length")
        if node.text in lengths:
            reading.used.add(("field", node.text))
            return node.text
        return a_length(reading, node)
    if node.kind != "map" or len(node.entries) != 1:
        reading.wrong(node, '"runs" names one field: {severity: {high: 2 days, low: 3 weeks}}')
        return None
    key, values = node.entries[0]
    name = reading.known(key, "field", reading.names.fields)
    if not name or not reading.shaped(values, f'"runs" by "{name}"', "map"):
        return None
    for value, _ in values.entries:
        choice(reading, name, value)
    runs = ((value.text, a_length(reading, run)) for value, run in values.entries)
    return name, {value: run for value, run in runs if run}


def a_length(reading: Reading, node: Node) -> Length | None:
    """Length as written, or a fault."""
    text = reading.scalar(node, "a length")
    found = length(text)
    if text and found is None:
        reading.wrong(node, f'"{text}" is no length; {LENGTHS}')
    return found


def _remind(reading: Reading, node: Node, scope: Scope) -> tuple[tuple[Party, tuple[Moment, ...]], ...]:
    rows = []
    for key, value in node.entries if reading.shaped(node, '"remind"', "map") else ():
        moments = [_moment(reading, item) for item in value.each()]
        rows.append((party(reading, key, scope), tuple(each for each in moments if each)))
    return tuple(rows)


def _moment(reading: Reading, node: Node) -> Moment | None:
    text = reading.scalar(node, "a moment")
    found = moment(text)
    if text and found is None:
        reading.wrong(node, f'"{text}" is no moment; {MOMENTS}')
    return found
