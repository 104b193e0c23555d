"""The product beside its peers: `make bench`, or `python -m bench --help`."""

from __future__ import annotations

import argparse
import os

from bench.run import Plan, run

SIZES = {"200": 200, "1k": 1000, "10k": 10_000, "100k": 100_000, "1m": 1_000_000}


def main() -> None:
    """Read what is asked, measure, and say where the figures are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="10k", help="how many cases")
    parser.add_argument("--database", default="", help="a PostgreSQL server's address; SQLite without one")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--times", type=int, default=6, help="how often each work is done in a round")
    parser.add_argument("--products", default="", help="keys, parted by commas; by default all that are installed")
    parser.add_argument("--works", default="", help="W1,W2,…; by default all")
    parser.add_argument("--starts", type=int, default=3, help="cold starts of each product")
    parser.add_argument("--no-inside", action="store_true", help="leave out what is measured without HTTP")
    asked = parser.parse_args()
    os.environ.setdefault("PASSWORD_HASH_METHOD", "scrypt:1024:8:1")
    plan = Plan(
        size=asked.size,
        count=SIZES[asked.size],
        server=asked.database,
        rounds=asked.rounds,
        times=asked.times,
        products=tuple(filter(None, asked.products.split(","))),
        works=tuple(filter(None, asked.works.split(","))),
        starts=asked.starts,
        inside=not asked.no_inside,
    )
    print(f"\nFigures: {run(plan)}")


if __name__ == "__main__":
    main()
