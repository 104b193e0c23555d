"""The engine alone: one move of the machine, what is allowed of fifty cases, and reading the routine anew."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.language.load import load
from app.workflow.actor import Actor
from app.workflow.context import Context
from app.workflow.evaluator import Verdict, may
from app.workflow.machine import Move, run
from app.workflow.table import leaving, offers
from bench.data.filled import Data, opened
from config import WORKFLOW_FILE
from model import Case

ROWS = 50
ROUNDS = 5
BUDGET = 0.25
MICRO = 1e6


def timed(once: Callable[[], object]) -> float:
    """Microseconds of processor time that one takes: the median of some rounds."""
    once()
    at = time.thread_time()
    once()
    times = max(1, min(20_000, int(BUDGET / ROUNDS / max(time.thread_time() - at, 1e-6))))
    found = []
    for _ in range(ROUNDS):
        at = time.thread_time()
        for _ in range(times):
            once()
        found.append((time.thread_time() - at) / times * MICRO)
    return round(statistics.median(found), 2)


def measured(data: Data) -> dict[str, float]:
    """Microseconds each."""
    engine = opened(data.own)
    with Session(engine) as session:
        context = Context.open(session, datetime.now(UTC))
        rows = session.scalars(select(Case).where(Case.state == "at_faculty").order_by(Case.id).limit(ROWS)).all()
        facts = [context.facts(each) for each in rows]
        flow, actor = facts[0].flow, Actor(person=data.places.handler)
        text = WORKFLOW_FILE.read_text("utf-8")
        found = {
            "one move of the machine": timed(lambda: run(flow, "accept", Move("at_faculty", Verdict(())))),
            "may one case be accepted (guards and party)": timed(lambda: may(facts[0], "accept", actor)),
            f"moves that leave the states of {len(rows)} cases": timed(
                lambda: [leaving(each.flow)[each.state or ""] for each in facts]
            ),
            f"moves offered of {len(rows)} cases, guards and all": timed(
                lambda: [list(offers(each, actor)) for each in facts]
            ),
            "reading workflow.yaml anew": timed(lambda: load(text)),
        }
    engine.dispose()
    return found


def share(inside: dict[str, Any], milliseconds: float) -> float:
    """What part of a move's processor time the machine is."""
    return float(inside["one move of the machine"]) / 1000 / milliseconds if milliseconds else 0.0
