"""Every transition is a permission of Flask-AppBuilder's, so that its roles screen governs who may make which move."""

from functools import lru_cache

import config
from app.language.definition import Routine
from app.language.load import load


@lru_cache(maxsize=1)
def _routine() -> Routine | None:
    """The routine of the file: what it names is registered when the product starts."""
    if not config.WORKFLOW_FILE.exists():
        return None
    return load(config.WORKFLOW_FILE.read_text("utf-8")).routine


def transitions_of(*, parts: bool) -> list[str]:
    """Names of all transitions that people make, of cases or of parts."""
    routine = _routine()
    flows = [flow for flow in routine.flows.values() if bool(flow.part_of) == parts] if routine else []
    return sorted({name for flow in flows for name, each in flow.transitions.items() if each.by is not None})
