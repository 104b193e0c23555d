"""Two texts of the routine side by side: read once per process, and what differs as drawings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from markupsafe import Markup

from app.i18n import language, say
from app.language.definition import Routine
from app.language.load import load
from app.telling.difference import Difference, FlowDiff
from app.telling.picture import picture


@lru_cache(maxsize=16)
def compiled(text: str) -> Routine | None:
    """Give the routine that the text says; None where it has errors."""
    return load(text).routine


def drawn(
    routines: tuple[Routine, Routine],
    difference: Difference | None,
    states: Mapping[str, Mapping[str, int]] | None = None,
) -> list[tuple[str, Markup]]:
    """Draw what is different in each flow, as (the flow's label, drawing); `states` has numbers of open cases."""
    found = []
    for name, diff in difference.flows.items() if difference else ():
        routine = routines[1] if name in routines[1].flows else routines[0]
        flow = routine.flows[name]
        counts = _called_now(states.get(name, {}), diff) if states is not None else None
        drawing = picture(routine, flow, language(), counts=counts, diff=diff, name=f"diff-{name}")
        found.append((say(flow.label), drawing))
    return found


def _called_now(counts: Mapping[str, int], diff: FlowDiff) -> dict[str, int]:
    """Open cases by the names that the draft gives their states."""
    return {diff.renamed.get(state, state): count for state, count in counts.items()}
