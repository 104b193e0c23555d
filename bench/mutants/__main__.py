"""`python -m bench.mutants --size 60 --seed 1`: draws mutants of each room, and tells which no test notices.

Needs what `make coverage` measured. Ends with 1 where a room kills less than `--least` percent.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

from bench.mutants.choosing import ROOMS, Choice, Job, mutants_in, sample
from bench.mutants.running import Outcome, cold, warm
from bench.mutants.telling import figures, rows, table

EQUIVALENT = Path(__file__).parent / "equivalent.yaml"


def main() -> bool:
    """Read the command's words, run, and tell."""
    words = _words().parse_args()
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = tempfile.mkdtemp(prefix="hypothesis-")
    again = set(_names(words.again)) if words.again else None
    drawn = {room: _drawn(room, words, again) for room in words.rooms}
    choice = Choice(words.coverage, words.budget)
    jobs = {choice.job(mutant): room for room, mutants in drawn.items() for mutant in mutants}
    print(f"{len(jobs)} mutants, {sum(len(job.tests) for job in jobs)} tests", flush=True)
    outcomes = [(jobs[outcome.job], outcome) for outcome in run(jobs, words.at_once)]
    equivalent = yaml.safe_load(EQUIVALENT.read_text("utf-8")) or {}
    found = rows(outcomes, equivalent)
    counted = figures(found, {room: len(mutants_in(room)) for room in words.rooms})
    told = {"seed": words.seed, "figures": counted, "mutants": sorted(found, key=lambda row: row["mutant"])}
    words.out.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
    words.out.with_suffix(".md").write_text(table(counted) + "\n", "utf-8")
    print(table(counted))
    return any(row["share"] * 100 < words.least for row in counted)


def _words() -> argparse.ArgumentParser:
    said = argparse.ArgumentParser(prog="bench.mutants", description=__doc__)
    said.add_argument("--size", type=int, default=60, help="mutants of each room, at most")
    said.add_argument("--seed", type=int, default=1, help="of the draw")
    said.add_argument("--rooms", nargs="+", default=list(ROOMS), choices=list(ROOMS))
    said.add_argument("--again", type=Path, help="a result's JSON: try those that survived, instead of a draw")
    said.add_argument("--budget", type=float, default=40.0, help="seconds of tests for a mutant")
    said.add_argument("--at-once", type=int, default=2, help="forks at a time")
    said.add_argument("--coverage", type=Path, default=Path("build/coverage"))
    said.add_argument("--out", type=Path, default=Path("build/mutants.json"))
    said.add_argument("--least", type=float, default=90.0, help="percent to be killed in each room")
    return said


def _names(result: Path) -> Iterable[str]:
    for row in json.loads(result.read_text("utf-8"))["mutants"]:
        if row["end"] in ("survived", "untested"):
            yield row["mutant"]


def _drawn(room: str, words: argparse.Namespace, again: set[str] | None):
    if again is None:
        return sample(room, words.size, words.seed)
    return [mutant for mutant in mutants_in(room) if mutant.name in again]


def run(jobs: Iterable[Job], at_once: int) -> list[Outcome]:
    """Run each where it can be: functions in forks, what is reckoned when it is imported in processes of their own."""
    forked = [job for job in jobs if not job.mutant.at_import]
    nursery = warm(forked, at_once, _tell)
    sure = [each for each in nursery.outcomes if each.by not in nursery.unsure and each.end in _FINAL]
    decided = {each.job for each in sure}
    with ThreadPoolExecutor(at_once) as hands:
        rest = [job for job in jobs if job not in decided]
        later = list(hands.map(_cold, rest))
    return [*sure, *later]


_FINAL = ("killed", "survived", "timeout")


def _cold(job: Job) -> Outcome:
    outcome = cold(job) if job.tests else Outcome(job, "untested")
    _tell(outcome)
    return outcome


def _tell(outcome: Outcome) -> None:
    print(f"{outcome.end:9} {outcome.took:6.1f} s  {outcome.job.mutant.name}  {outcome.by}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
