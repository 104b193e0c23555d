"""Why a file isn't taken: the reasons, each with a sentence of its own (app.workflow.refusals)."""

from __future__ import annotations

TOO_BIG, UNKNOWN_KIND, GONE = "too_big", "unknown_kind", "gone"
BROKEN = "broken_file"
"""It can't be opened to the end, or holds far more than its size says."""
MOVING = "moving_picture"
MACROS = "macros"


class Unfit(Exception):
    """The file can't be taken; the argument is one of the reasons above."""
