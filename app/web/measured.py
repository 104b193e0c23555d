"""How many requests there were and how long they took: by rule, method and kind of answer, never by address."""

from __future__ import annotations

import os
from functools import cache
from http import HTTPMethod
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from flask import Flask, Response, g, request

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter, Histogram

TOGETHER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable with the folder in which the processes of one gunicorn count together (deploy/gunicorn.py)."""
UP_TO = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""


class Measures(NamedTuple):
    """What is counted in this process."""

    registry: CollectorRegistry
    answers: Counter
    seconds: Histogram


@cache
def measures() -> Measures:
    """Give this process's measures, made with its application.

    prometheus_client decides as it is imported whether processes count together, and gunicorn's first process imports
    the product before it knows.
    """
    from prometheus_client import CollectorRegistry, Counter, Histogram  # noqa: PLC0415 - see above

    registry = CollectorRegistry()
    return Measures(
        registry,
        Counter("avviksflyt_requests", "Answers given.", ["rule", "method", "status"], registry=registry),
        Histogram(
            "avviksflyt_request_seconds",
            "Time until an answer begins.",
            ["rule", "method"],
            buckets=UP_TO,
            registry=registry,
        ),
    )


def told() -> CollectorRegistry:
    """Give what was counted, by all processes of this gunicorn where there are several."""
    if TOGETHER not in os.environ:
        return measures().registry
    from prometheus_client import CollectorRegistry  # noqa: PLC0415 - see measures
    from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415 - see measures

    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _begin() -> None:
    g.began = perf_counter()


def _end(response: Response) -> Response:
    """Count an answer: an address that has no rule, and a method that nobody knows, are one each."""
    rule = request.url_rule.rule if request.url_rule else "none"
    method = request.method if request.method in HTTPMethod.__members__ else "other"
    measures().answers.labels(rule, method, f"{response.status_code // 100}xx").inc()
    if "began" in g:
        measures().seconds.labels(rule, method).observe(perf_counter() - g.began)
    return response


def init_measures(app: Flask) -> None:
    """Measure every request, where somebody may ask for the measures."""
    if app.config["METRICS_TOKEN"]:
        measures()  # two threads' first requests would make them twice, and each would count for itself
        app.before_request(_begin)
        app.after_request(_end)
