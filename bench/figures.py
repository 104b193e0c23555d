"""Medians, and how sure a ratio is: of rounds that stood side by side, drawn again and again."""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

DRAWS = 1000
SEED = 7
SURE = 0.95


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as much, and between what it lies in 95 of 100 draws."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{shown(self.value)}x ({shown(self.low)}-{shown(self.high)})"


def shown(value: float) -> str:
    """A number in three digits at most."""
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"  # noqa: PLR2004 - two digits of what is small


def ratio(mine: Sequence[float], others: Sequence[float]) -> Ratio:
    """How many times mine the others are, round by round; both have a figure for each round."""
    pairs = [other / own for own, other in zip(mine, others, strict=True) if own > 0]
    if not pairs:
        return Ratio(0, 0, 0)
    chance = random.Random(SEED)  # noqa: S311 - no secret
    drawn = sorted(statistics.median(chance.choices(pairs, k=len(pairs))) for _ in range(DRAWS))
    edge = int(DRAWS * (1 - SURE) / 2)
    return Ratio(statistics.median(pairs), drawn[edge], drawn[-edge - 1])


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """The first quartile, the median and the third."""
    if len(values) < 2:  # noqa: PLR2004 - of one value there are none
        return (values[0],) * 3
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high
