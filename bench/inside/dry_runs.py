"""The dry run of a draft over the data set's open cases, beside reading the same rows by plain SQL."""

from __future__ import annotations

from typing import Any

from bench import dry_run
from bench.data.filled import Data, opened
from bench.data.seeded import SECRET  # noqa: F401 - importing it makes the product's settings known

DRAFT = "a requirement added"


def measured(data: Data) -> dict[str, Any]:
    """Seconds, open cases, and how many times as long as plain SQL."""
    engine = opened(data.own).execution_options(isolation_level="SERIALIZABLE")
    plain = min(dry_run.raw(engine) for _ in range(3))
    seconds, result = dry_run.tried(engine, dry_run.DRAFTS[DRAFT])
    engine.dispose()
    if "counts" not in result:
        raise RuntimeError(f"the draft has faults: {result['faults']}")
    each = round(1e6 * seconds / result["open"])
    return {"draft": DRAFT, "open": result["open"], "seconds": round(seconds, 3), "us_per_case": each, "plain": plain}
