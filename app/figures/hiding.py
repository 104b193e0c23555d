"""Small numbers stay unknown: not shown, and not to be computed from the numbers beside them."""

from collections.abc import Sequence
from enum import Enum


class Shown(Enum):
    """What stands in a number's place: the number, "under n", or "hidden" so that another one can't be computed."""

    NUMBER = "number"
    UNDER = "under"
    HIDDEN = "hidden"


def hide(counts: Sequence[int], below: int) -> list[Shown] | None:
    """Say how each of these parts of a shown sum is shown; None = the sum itself gives one away, so show nothing.

    Counts are 1 or more. A count under `below` isn't shown. As many others are hidden, the smallest first, as it
    takes until whoever knows the sum and the rules can't work out any of them.
    """
    if 0 < sum(counts) < below:
        return None
    shown = [Shown.UNDER if n < below else Shown.NUMBER for n in counts]
    while _told(counts, shown, below):
        left = [at for at, how in enumerate(shown) if how is Shown.NUMBER]
        if not left:
            return None
        shown[min(left, key=lambda at: counts[at])] = Shown.HIDDEN
    return shown


def _told(counts: Sequence[int], shown: Sequence[Shown], below: int) -> bool:
    """Whether some number that isn't shown follows from the sum and from what the words say of the others."""
    away = [at for at, how in enumerate(shown) if how is not Shown.NUMBER]
    rest = sum(counts[at] for at in away)
    least = {at: 1 if shown[at] is Shown.UNDER else below for at in away}
    most = {at: below - 1 if shown[at] is Shown.UNDER else rest for at in away}
    lowest, highest = sum(least.values()), sum(most.values())
    return any(max(least[at], rest - (highest - most[at])) >= min(most[at], rest - (lowest - least[at])) for at in away)
