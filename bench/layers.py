"""What a profile says of each layer: the time of its own functions, with that of the built-in ones that they call."""

from __future__ import annotations

import cProfile
import pstats
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from config import ROOT

DRIVERS = re.compile(r"sqlite3\.|psycopg")
LAYERS = (
    ("the database and its driver", re.compile(r"/psycopg(_\w+)?/")),
    ("SQLAlchemy", re.compile(r"/sqlalchemy/")),
    ("templates as compiled, Jinja", re.compile(r"/jinja2/|/markupsafe/|<template>|\.html$")),
    ("Flask, Werkzeug, Flask-AppBuilder and others", re.compile("/site-packages/")),
    ("ours: people, rights, routine", re.compile(r"^app/(access|scope|routing|language|workflow)")),
    ("ours: pages, words and forms", re.compile("^app/")),
    ("ours: rows", re.compile("^model/")),
)
OTHERS = "Python's own library"


def by_layer(profiler: cProfile.Profile, times: int) -> Mapping[str, tuple[float, float]]:
    """Give of each layer (milliseconds, calls) for each of the `times`."""
    found: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    stats: Any = pstats.Stats(profiler)
    for function, (_, calls, own, _, callers) in stats.stats.items():
        if function[0] != "~" or DRIVERS.search(function[2]):
            _add(found[layer(function)], own, calls)
            continue
        for caller, (_, asked, spent, _) in callers.items():
            _add(found[layer(caller)], spent, asked)
    return {name: (own * 1000 / times, calls / times) for name, (own, calls) in found.items()}


def layer(function: tuple[str, int, str]) -> str:
    """Name the layer of a function, as pstats names it: (file, line, name)."""
    file, _, name = function
    if file == "~":
        return LAYERS[0][0] if DRIVERS.search(name) else OTHERS
    file = file.removeprefix(f"{ROOT}/")
    return next((said for said, where in LAYERS if where.search(file)), OTHERS)


def _add(known: list[float], own: float, calls: float) -> None:
    known[0] += own
    known[1] += calls


def told(layers: Mapping[str, tuple[float, float]]) -> str:
    """Lines of a Markdown table: layer, share of the time, milliseconds under the profiler, calls."""
    whole = sum(own for own, _ in layers.values())
    lines = [f"| {name} | {own / whole:.0%} | {own:.2f} | {calls:,.0f} |" for name, (own, calls) in layers.items()]
    lines.sort(key=lambda line: -float(line.split("|")[3]))
    return "\n".join(["| layer | share | ms | calls |", "|---|---|---|---|", *lines])
