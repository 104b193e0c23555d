"""Words of the language that are read and checked but not run yet: a routine that uses them isn't published."""

from __future__ import annotations

from collections.abc import Iterator

from app.language.definition import Routine, Transition


def not_run(routine: Routine) -> list[str]:
    """Say where a routine asks for what the engine can't do; empty = all of it is run."""
    found = [fault for flow in routine.flows.values() for t in flow.transitions.values() for fault in _of(t, flow.name)]
    asked = (
        (t, routine.fields[name]) for f in routine.flows.values() for t in f.transitions.values() for name in t.fields
    )
    files = [
        f"{t.name} must have the file “{each.name}”: files can't be sent yet"
        for t, each in asked
        if each.type == "file"
    ]
    return [*found, *files, *(["migrate isn't carried out yet"] if routine.migrate else [])]


def _of(transition: Transition, flow: str) -> Iterator[str]:
    where = f"{flow}.{transition.name}"
    if transition.together != "1":
        yield f"{where}: “together” isn't run yet, so one press would be enough"
    if transition.exclude is not None:
        yield f"{where}: “exclude” isn't run yet, so nobody would be shut out"
    if transition.forget:
        yield f"{where}: “forget” isn't run yet, so nothing would be erased"
    if transition.to.flows:
        yield f"{where}: a case can't go on in another flow yet"
