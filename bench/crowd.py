"""Many open cases: the demo's own, told again with other places, people and moments."""

from __future__ import annotations

import random
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, insert, select

from config import ROOT
from model import Clock, Person, Subject, Unit

SEEDED = 390
UNIQUE = ("submit_key", "follow_salt", "follow_hash", "code_hash")
MOMENTS = ("submitted_at", "changed_at", "due_at")
RUNS = ("started_at", "due_at", "next_at", "reminded_until", "paused_at", "stopped_at")
BATCH = 5000
MOST_MINUTES = 20 * 24 * 60


def seed(folder: Path, url: str = "") -> str:
    """Set up the product with its demo, as `make run` does, in the folder or in an empty database; give its address."""
    url = url or f"sqlite:///{folder / 'bench.db'}"
    environment = {
        "DATABASE_URL": url,
        "VAR_DIR": str(folder),
        "FLASK_APP": "app",
        "PATH": str(Path(sys.executable).parent),
    }
    for arguments in (["-m", "model.schema"], ["-m", "flask", "seed", "--cases", str(SEEDED)]):
        subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return url


class Crowd:
    """Tells the seeded open cases again, each time a little different."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.chance = random.Random(7)  # noqa: S311 - the same crowd each time
        with engine.connect() as connection:
            subjects = [row._asdict() for row in connection.execute(select(Subject.__table__))]
            self.clocks: dict[int, list[dict]] = {}
            for row in connection.execute(select(Clock.__table__)):
                self.clocks.setdefault(row.subject_id, []).append(row._asdict())
            parents = dict(connection.execute(select(Unit.id, Unit.parent_id)).tuples().all())
            self.students = list(connection.scalars(select(Person.id).where(Person.kind == "student")))
        self.open = [each for each in subjects if each["kind"] == "case" and not each["finished"]]
        self.parts: dict[int, list[dict]] = {}
        for each in subjects:
            if each["whole_id"]:
                self.parts.setdefault(each["whole_id"], []).append(each)
        self.siblings = {pk: [other for other in parents if parents[other] == parents[pk]] for pk in parents}
        self.next_id = max(each["id"] for each in subjects) + 1

    def grow(self, count: int) -> None:
        """Add cases until that many are open."""
        left = count - len(self.open)
        while left > 0:
            subjects, clocks = [], []
            for _ in range(min(BATCH, left)):
                self._case(subjects, clocks)
            with self.engine.begin() as connection:
                connection.execute(insert(Subject.__table__), subjects)
                connection.execute(insert(Clock.__table__), clocks)
            left -= BATCH

    def _case(self, subjects: list[dict], clocks: list[dict]) -> None:
        old = self.chance.choice(self.open)
        shift = timedelta(minutes=self.chance.randrange(MOST_MINUTES))
        case = self._again(old, shift, clocks)
        case["unit_id"] = self.chance.choice(self.siblings[old["unit_id"]]) if old["unit_id"] else None
        case["reporter_id"] = self.chance.choice(self.students)
        subjects.append(case)
        parts = self.parts.get(old["id"], ())
        subjects += [{**self._again(part, shift, clocks), "whole_id": case["id"]} for part in parts]

    def _again(self, old: dict, shift: timedelta, clocks: list[dict]) -> dict:
        new = {**old, "id": self.next_id, "number": f"B-{self.next_id}", **dict.fromkeys(UNIQUE)}
        self.next_id += 1
        new |= {name: old[name] + shift for name in MOMENTS if old[name] and old[name].year < 9000}  # noqa: PLR2004 - no end
        for clock in self.clocks.get(old["id"], ()):
            run = {name: clock[name] + shift for name in RUNS if clock[name]}
            clocks.append(
                {name: value for name, value in {**clock, **run, "subject_id": new["id"]}.items() if name != "id"}
            )
        return new
