"""`python -m bench.soak --kills 1000`: prints what was done and found; ends with 1 when anything was lost."""

import argparse
import json
import random
import sys
import tempfile
from pathlib import Path

from bench.soak.run import Plan, soak


def main() -> bool:
    """Read the command's words, and run."""
    said = argparse.ArgumentParser(prog="bench.soak", description=__doc__)
    said.add_argument("--kills", type=int, default=100, help="how many processes are killed, at most")
    said.add_argument("--seconds", type=float, default=24 * 3600, help="how long, at most")
    said.add_argument("--database", default="", help="an empty PostgreSQL database; without it SQLite")
    said.add_argument("--broker", default="", help="amqp://… or redis://…: Celery works instead of the thread")
    said.add_argument("--seed", type=int, default=random.randrange(10**6), help="of the moments")  # noqa: S311
    words = said.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        url = words.database or f"sqlite:///{Path(folder) / 'soak.db'}"
        plan = Plan(Path(folder), url, words.kills, words.seconds, words.broker, words.seed)
        figures, faults = soak(plan)
    print(json.dumps({"seed": words.seed, **figures}, indent=2))
    for fault in faults:
        print(f"LOST: {fault}")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
