"""Taking a state or a transition out of a routine's text, with what would have no meaning without it."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.change.editing import Unknown, set_migrate, texts, without
from app.change.editing_text import Document, items, pairs

Named = tuple[str, str]
"""A flow and something in it."""


@dataclass
class Removal:
    """The text without it, and what else went: told before it is done.

    `narrowed` are transitions that start in fewer states now; `reports` no longer count a deadline that is gone.
    """

    text: str
    transitions: list[Named] = field(default_factory=list)
    narrowed: list[Named] = field(default_factory=list)
    clocks: list[Named] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)


def remove_transition(text: str, flow: str, name: str) -> Removal:
    """Take a transition out, with the clocks that only it started. Raises Broken, Unknown."""
    document = Document(text)
    if document.find("flows", flow, "transitions", name) is None:
        raise Unknown(name)
    removal = Removal(text)
    _drop_moves(document, flow, [name], removal)
    removal.transitions = []
    removal.text = document.text
    return removal


def remove_state(text: str, flow: str, name: str, to: str = "") -> Removal:
    """Take a state out, with the transitions that lead to it or only from it. Open cases go to the state `to`.

    Raises Broken, Unknown.
    """
    document = Document(text)
    if document.find("flows", flow, "states", name) is None:
        raise Unknown(name)
    removal = Removal(text)
    starting = _starting(document, flow, name)
    for each in document.names("flows"):
        _drop_moves(document, each, _leading(document, each, flow, name), removal)
    for move in document.names("flows", flow, "transitions"):
        if without(document, ("flows", flow, "transitions", move, "from"), {name}):
            _drop_moves(document, flow, [move], removal)
        elif move in starting:
            removal.narrowed.append((flow, move))
    _drop_clocks(document, flow, {name}, removal)
    document.drop(("flows", flow, "states", name))
    removal.text = _moved(document, flow, name, to)
    return removal


def _starting(document: Document, flow: str, state: str) -> list[str]:
    """Transitions that name the state as one of those they start in."""
    return [
        str(key.value)
        for key, move in pairs(document.node("flows", flow, "transitions"))
        if any(item.value == state for word, value in pairs(move) if word.value == "from" for item in items(value))
    ]


def _leading(document: Document, where: str, flow: str, state: str) -> list[str]:
    """Transitions of one flow that lead to a state of another, or of the same."""
    found = []
    for move in document.names("flows", where, "transitions"):
        to = document.value("flows", where, "transitions", move, "to")
        if (where == flow and to == state) or to == {flow: state}:
            found.append(move)
    return found


def _drop_moves(document: Document, flow: str, names: list[str], removal: Removal) -> None:
    for name in names:
        document.drop(("flows", flow, "transitions", name))
        removal.transitions.append((flow, name))
    _drop_clocks(document, flow, set(names), removal)
    for clock in document.names("flows", flow, "clocks"):
        if document.value("flows", flow, "clocks", clock, "then") in names:
            document.drop(("flows", flow, "clocks", clock, "then"))


def _drop_clocks(document: Document, flow: str, events: set[str], removal: Removal) -> None:
    """Clocks lose these events; one that nothing starts any longer goes, also out of the reports."""
    for clock in document.names("flows", flow, "clocks"):
        path = ("flows", flow, "clocks", clock)
        if without(document, (*path, "start"), events):
            document.drop(path)
            removal.clocks.append((flow, clock))
            for report in document.names("reports"):
                _drop_time(document, report, clock, removal)
        else:
            without(document, (*path, "stop"), events)


def _drop_time(document: Document, report: str, clock: str, removal: Removal) -> None:
    path = ("reports", report, "times")
    before = document.text
    if clock in document.names(*path):
        document.drop((*path, clock))
    else:
        without(document, path, {clock})
    if document.text != before:
        removal.reports.append(report)


def _moved(document: Document, flow: str, state: str, to: str) -> str:
    """The text, where it says no longer that cases go to the state, and where to those go that stand in it."""
    if isinstance(document.value("migrate", flow), str):
        return document.text
    kept = texts(document, "migrate", flow)
    led = {was: now for was, now in kept.items() if state not in (was, now)}
    wanted = {**led, state: to} if to else led
    return document.text if wanted == kept else set_migrate(document.text, flow, wanted or None)
