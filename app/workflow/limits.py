"""Words of the language that are read and checked but not run yet: a routine that uses them isn't published."""

from __future__ import annotations

from collections.abc import Iterator

from app.language.definition import Routine, Transition
from app.language.said import Said, said


def not_run(routine: Routine) -> list[Said]:
    """Say where a routine asks for what the engine can't do; empty = all of it is run."""
    found = [fault for flow in routine.flows.values() for t in flow.transitions.values() for fault in _of(t, flow.name)]
    asked = (
        (t, routine.fields[name]) for f in routine.flows.values() for t in f.transitions.values() for name in t.fields
    )
    files = [
        said("%(move)s must have the file “%(field)s”: files can't be sent yet", move=t.name, field=each.name)
        for t, each in asked
        if each.type == "file"
    ]
    return [*found, *files]


def _of(transition: Transition, flow: str) -> Iterator[Said]:
    where = f"{flow}.{transition.name}"
    if transition.together != "1":
        yield said("%(move)s: “together” isn't run yet, so one press would be enough", move=where)
    if transition.exclude is not None:
        yield said("%(move)s: “exclude” isn't run yet, so nobody would be shut out", move=where)
    if transition.forget:
        yield said("%(move)s: “forget” isn't run yet, so nothing would be erased", move=where)
    if transition.to.flows:
        yield said("%(move)s: a case can't go on in another flow yet", move=where)
