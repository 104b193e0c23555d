"""What the routine declares, read with nothing but a YAML parser: the product's own reading is what is tested."""

from dataclasses import dataclass

import yaml

from config import ROOT

ROUTINE = yaml.safe_load((ROOT / "routines" / "ntnu" / "workflow.yaml").read_text("utf-8"))
FLOWS = ROUTINE["flows"]
CASE, ACTION = "case", "action"


@dataclass(frozen=True)
class Move:
    """A move: the states it leaves, the parties that may make it, the questions that must be answered."""

    states: frozenset[str]
    by: frozenset[str]
    asked: tuple[str, ...]


def several(value):
    """One name, several, or none, as the routine writes them."""
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def unfinished(flow):
    return [name for name, state in FLOWS[flow]["states"].items() if not state.get("final")]


def _move(declared, states):
    return Move(frozenset(states), frozenset(several(declared["by"])), tuple(several(declared.get("fields"))))


def moves(flow):
    """Move -> what is declared of it; a case's moves have those that add a part to it."""
    found = {}
    for name, declared in FLOWS[flow]["transitions"].items():
        left = several(declared["from"])
        if left != ["new"]:
            found[name] = _move(declared, unfinished(flow) if left == ["any"] else left)
    for part in FLOWS.values():
        for name, declared in part["transitions"].items():
            if flow in several(part.get("part of")) and declared["from"] == "new":
                found[name] = _move(declared, unfinished(flow))
    return found


MOVES = {flow: moves(flow) for flow in FLOWS}


def parties():
    """Every party that somebody is let in as: by a move, by sight, by a field's sight, by a report."""
    found = set()
    for flow in FLOWS.values():
        found |= {party for each in flow["transitions"].values() for party in several(each["by"])}
        found |= {each if isinstance(each, str) else each["who"] for each in flow["see"]}
    for each in (*ROUTINE["fields"].values(), *ROUTINE["reports"].values()):
        found |= set(several(each.get("see")))
    return found


def readers(field):
    """The parties that a field's own `see` names; None where it has none."""
    see = ROUTINE["fields"].get(field, {}).get("see")
    return None if see is None else set(several(see))
