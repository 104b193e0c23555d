"""What is measured within one process, without HTTP."""

from __future__ import annotations

from typing import Any

from bench.data.filled import Data
from bench.inside import claims, dry_runs, engine


def measured(data: Data) -> dict[str, Any]:
    """By what it is about."""
    return {"engine": engine.measured(data), "outbox": claims.measured(data), "dry run": dry_runs.measured(data)}
