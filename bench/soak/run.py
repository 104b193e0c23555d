"""One soak: start everything, kill at random, stop, send what is left, count."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine

from bench.soak import counting
from bench.soak.aging import Aging, free_leases
from bench.soak.people import People
from bench.soak.post import Post, running
from bench.soak.processes import BIN, Program, Workers, free_port, nursery, wait_for
from config import ROOT

WORKERS, DRIVERS = 2, 2
WEB_OF = 25
"""One kill in so many meets a whole program, which takes seconds to come back; the others meet a forked worker."""
LONGEST_LIFE = 0.6
PATIENCE = 120.0
"""Seconds without a mail less to send, after which those that are left count as lost."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where, on which database, and for how long: until so many kills or seconds. `filled` = it is seeded already."""

    folder: Path
    url: str
    kills: int
    seconds: float
    broker: str = ""
    seed: int = 48
    filled: bool = False

    def environment(self, port: int, smtp: str) -> dict[str, str]:
        """Give the settings of all processes."""
        return {
            "PATH": f"{BIN}:{os.environ.get('PATH', '')}",
            "FLASK_APP": "app",
            "PORT": str(port),
            "VAR_DIR": str(self.folder),
            "DATABASE_URL": self.url,
            "SMTP_URL": smtp,
            "CELERY_BROKER_URL": self.broker,
            "CELERY_QUEUE": f"soak-{self.seed}-{port}",
            "RATELIMIT_ENABLED": "0",
            "SECRET_KEY": "the soak's secret",
            "PASSWORD_HASH_METHOD": "scrypt:1024:8:1",
        }


def soak(plan: Plan) -> tuple[dict[str, Any], list[str]]:
    """Run it; gives the figures, and everything that was lost."""
    post, port = Post(), free_port()
    with running(post) as smtp:
        environment = plan.environment(port, smtp)
        if not plan.filled:
            _seed(environment)
        settings = {
            "DATABASE_URL": plan.url.replace("postgresql://", "postgresql+psycopg://", 1),
            "VAR": plan.folder,
            "SMTP_URL": smtp,
            "SECRET_KEY": environment["SECRET_KEY"],
            "BASE_URL": f"http://localhost:{port}",
            "WORKER": "none",
            "CELERY_BROKER_URL": "",
        }
        engine = _open(str(settings["DATABASE_URL"]))
        before = counting.done_with(engine)
        people, kills = People(port), Counter[str]()
        began = time.monotonic()
        with nursery(settings, plan.folder / "workers.log") as workers:
            with _programs(plan, environment) as programs:
                wait_for(port)
                people.start(DRIVERS)
                _kill_at_random(plan, engine, programs, workers, kills)
                people.stop()
            _drain(engine, workers)
        found = [*counting.faults(engine, people, post, before), *_verified(environment)]
        engine.dispose()
    return _figures(people, post, kills, time.monotonic() - began), found


def _open(url: str) -> Engine:
    return create_engine(url, connect_args={"timeout": 60, "isolation_level": "IMMEDIATE"} if "sqlite" in url else {})


def _seed(environment: Mapping[str, str]) -> None:
    for words in (["-m", "model.schema"], ["-m", "flask", "seed"]):
        command = [sys.executable, *words]
        subprocess.run(command, cwd=ROOT, env=dict(environment), check=True, stdout=subprocess.DEVNULL)  # noqa: S603


def _verified(environment: Mapping[str, str]) -> Iterator[str]:
    """Let the product itself say whether its journal is as it was written."""
    command = [sys.executable, "-m", "flask", "journal", "verify"]
    said = subprocess.run(command, cwd=ROOT, env=dict(environment), capture_output=True, text=True, check=False)  # noqa: S603
    if said.returncode:
        yield f"the journal doesn't verify: {said.stdout} {said.stderr}"


@contextmanager
def _programs(plan: Plan, environment: Mapping[str, str]) -> Iterator[list[Program]]:
    serve = [str(BIN / "gunicorn"), "--config", "deploy/gunicorn.py", "app:create_app()"]
    started = [Program(serve, environment, plan.folder / "web.log")]
    if plan.broker:
        work = [str(BIN / "celery"), "-A", "app.worker.celery_app", "worker", "-B", "-c", "2"]
        schedule = ["-s", str(plan.folder / "beat")]
        started.append(Program([*work, *schedule], environment, plan.folder / "celery.log"))
    try:
        yield started
    finally:
        for each in started:
            each.kill()


def _kill_at_random(plan: Plan, engine: Engine, programs: list[Program], workers: Workers, kills: Counter[str]) -> None:
    """Kill until there were enough; each time all cases grow older, so that their clocks fire."""
    chance, end = random.Random(plan.seed), time.monotonic() + plan.seconds  # noqa: S311 - the moments of the kills
    aging = Aging(engine)
    alive = [workers.start() for _ in range(WORKERS)]
    while kills.total() < plan.kills and time.monotonic() < end:
        time.sleep(chance.uniform(0, LONGEST_LIFE))
        if chance.randrange(WEB_OF) == 0:
            program = chance.choice(programs)
            program.kill()
            program.start()
            kills["programs"] += 1
        else:
            _kill(engine, alive.pop(chance.randrange(WORKERS)))
            kills["workers"] += 1
            alive.append(workers.start())
        aging.pass_time()
    for each in alive:
        _kill(engine, each)


def _kill(engine: Engine, process: int) -> None:
    """Kill a worker, and let its leases end at once instead of after three minutes."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    free_leases(engine, f"-{process}-")


def _drain(engine: Engine, workers: Workers) -> None:
    """Let one worker send what is left, also what programs that were killed have kept."""
    free_leases(engine, "-")
    last, fewest, since = workers.start(), counting.unsent(engine), time.monotonic()
    try:
        while fewest and time.monotonic() - since < PATIENCE:
            time.sleep(0.2)
            if (left := counting.unsent(engine)) < fewest:
                fewest, since = left, time.monotonic()
    finally:
        _kill(engine, last)


def _figures(people: People, post: Post, kills: Counter[str], seconds: float) -> dict[str, Any]:
    return {
        "seconds": round(seconds),
        "kills": dict(kills),
        "reports acknowledged": len(people.reported),
        "moves acknowledged": people.moved.total(),
        "requests without an answer": people.unanswered,
        "mails": len(post.took),
        "mails sent again, with the same Message-ID": post.took.total() - len(post.took),
    }
