"""Clocks from nodes: what starts and stops them, how long they run, whom they remind."""

from collections.abc import Mapping

from app.language.conditions import ALWAYS
from app.language.definition import Clock
from app.language.grammar import choice, condition, party
from app.language.moments import Length, Moment
from app.language.nouns import DATE_FIELD, EVENT, FIELD, START, TRANSITION
from app.language.parties import Party
from app.language.read import Node
from app.language.reading import Reading
from app.language.said import quoted, said
from app.language.scope import Scope
from app.language.times import MOMENTS, length, moment, no_length

CLOCK_WORDS = ("start", "stop", "runs", "until", "pause", "when", "remind", "then")
A_LENGTH = said("a length")
A_MOMENT = said("a moment")
Runs = Length | str | tuple[str, Mapping[str, Length]] | None


def clock(reading: Reading, name: str, key: Node, node: Node, scope: Scope) -> Clock:
    """One clock of a flow; faults go to the reading."""
    what = said('clock "%(name)s"', name=name)
    found = reading.words(node, what, CLOCK_WORDS, ("start",), key=key)
    if not {"runs", "until"} & set(found):
        reading.wrong(key, said('%(what)s has no end; say "runs" (a length) or "until" (a date field)', what=what))
    events = scope.all("transitions") | scope.all("states")
    dates = reading.names.of_type("date")
    return Clock(
        name=name,
        start=reading.knowns(found.get("start"), START, events | dates),
        stop=reading.knowns(found.get("stop"), EVENT, events),
        runs=_runs(reading, found["runs"]) if "runs" in found else None,
        until=reading.known(found["until"], DATE_FIELD, dates) if "until" in found else None,
        pause=condition(reading, found["pause"], scope) if "pause" in found else None,
        when=condition(reading, found["when"], scope) if "when" in found else ALWAYS,
        remind=_remind(reading, found["remind"], scope) if "remind" in found else (),
        then=reading.known(found["then"], TRANSITION, scope.all("transitions")) if "then" in found else None,
    )


def _runs(reading: Reading, node: Node) -> Runs:
    if node.kind == "scalar":
        lengths = reading.names.of_type("length")
        if node.text in lengths:
            reading.used.add(("field", node.text))
            return node.text
        return a_length(reading, node)
    if node.kind != "map" or len(node.entries) != 1:
        reading.wrong(node, said('"runs" names one field: {severity: {high: 2 days, low: 3 weeks}}'))
        return None
    key, values = node.entries[0]
    name = reading.known(key, FIELD, reading.names.fields)
    if not name or not reading.shaped(values, said('"runs" by "%(name)s"', name=name), "map"):
        return None
    for value, _ in values.entries:
        choice(reading, name, value)
    runs = ((value.text, a_length(reading, run)) for value, run in values.entries)
    return name, {value: run for value, run in runs if run}


def a_length(reading: Reading, node: Node) -> Length | None:
    """Length as written, or a fault."""
    text = reading.scalar(node, A_LENGTH)
    found = length(text)
    if text and found is None:
        reading.wrong(node, no_length(text))
    return found


def _remind(reading: Reading, node: Node, scope: Scope) -> tuple[tuple[Party, tuple[Moment, ...]], ...]:
    rows = []
    for key, value in node.entries if reading.shaped(node, quoted("remind"), "map") else ():
        moments = [_moment(reading, item) for item in value.each()]
        rows.append((party(reading, key, scope), tuple(each for each in moments if each)))
    return tuple(rows)


def _moment(reading: Reading, node: Node) -> Moment | None:
    text = reading.scalar(node, A_MOMENT)
    found = moment(text)
    if text and found is None:
        reading.wrong(node, said('"%(text)s" is no moment; %(moments)s', text=text, moments=MOMENTS))
    return found
