"""What every peer is told by its environment, and what it answers beside its own screens."""

from __future__ import annotations

import os
from datetime import datetime

URL = os.environ.get("BENCH_DB", "sqlite://").replace("postgresql://", "postgresql+psycopg://")
FACULTY = int(os.environ.get("BENCH_FACULTY", "0"))
HANDLER = int(os.environ.get("BENCH_HANDLER", "0"))
NOW = datetime.fromisoformat(os.environ.get("BENCH_NOW", "2026-03-02T00:00:00"))
ACCOUNT, PASSWORD = "quality_iv", "avviksflyt"
SECRET = "the benchmark's secret"  # noqa: S105 - it guards made-up data
TUNED = os.environ.get("BENCH_TUNED") == "1"
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000", "foreign_keys=ON")
"""The product's own, so that every SQLite peer writes as safely and as fast."""

OPEN_STATES = ("received", "at_faculty", "in_progress")
STATES = (*OPEN_STATES, "closed", "rejected")
COLUMNS = ("ref", "title", "state", "unit", "area", "severity", "handler", "created_at", "due_at")
PAGE = 25
MOVES = {
    "forward": (("received",), "at_faculty"),
    "accept": (("at_faculty",), "in_progress"),
    "send_back": (("in_progress",), "at_faculty"),
    "close": (("in_progress",), "closed"),
    "reject": (("received", "at_faculty"), "rejected"),
}
"""Moves of a peer's cases: from which states to which."""
