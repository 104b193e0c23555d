"""A flow as the text of a Mermaid state diagram."""

from app.language.definition import NEW, Flow, Routine, Text, Transition
from app.language.members import Member, members
from app.language.parties import InField, InRole
from app.language.ways import targets

ESCAPES = {ord(sign): f"#{ord(sign)};" for sign in '#;:"<>{}\n'}


def draw(routine: Routine, flow: Flow, language: str = "") -> str:
    """`stateDiagram-v2` of the flow: states, and an arrow for each move that changes the state."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{_say(state.label, language)}" as {state.name}' for state in flow.states.values()]
    for move in flow.transitions.values():
        lines += _arrows(routine, flow, move, language)
    lines += [f"    {state.name} --> [*]" for state in flow.states.values() if state.finished]
    return "\n".join(lines) + "\n"


def _arrows(routine: Routine, flow: Flow, move: Transition, language: str) -> list[str]:
    label = f"{_say(move.label, language)} ({_by(routine, move)})"
    lines = []
    for name, state in move.to.flows.items():
        target = routine.flows[name]
        called = f"{_say(target.label, language)}#58; {_say(target.states[state].label, language)}"
        lines.append(f'    state "{called}" as {name}_{state}')
    for source in move.sources:
        start = "[*]" if source == NEW else source
        lines += [f"    {start} --> {target}: {label}" for target in _targets(flow, source, move)]
    return lines


def _targets(flow: Flow, source: str, move: Transition) -> list[str]:
    return [f"{name}_{state}" for name, state in move.to.flows.items()] or list(targets(flow, source, move))


def _by(routine: Routine, move: Transition) -> str:
    if move.by is None:
        return "itself"
    return ", ".join(dict.fromkeys(_name(member) for member in members(move.by, routine)))


def _name(member: Member) -> str:
    if isinstance(member, InRole):
        return member.role
    return member.field if isinstance(member, InField) else member.name


def _say(text: Text, language: str) -> str:
    return (text.get(language) or next(iter(text.values()), "")).translate(ESCAPES)
