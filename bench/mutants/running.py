"""Run the tests on each mutant: in a fork of one warm process, or, what only an import can change, in a new one."""

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

from bench.mutants.choosing import Job
from bench.mutants.planting import PLANTED, caches, living, plant

OUTSIDE = ("server", "postgresql_", "browser", "chromium")
"""Fixtures of a session that a fork can't share."""
PATIENCE = 8
LEAST = 40.0


@dataclass
class Outcome:
    """What became of a mutant: killed, timeout, survived or untested; `by` is the test that noticed."""

    job: Job
    end: str
    by: str = ""
    took: float = 0.0


class Nursery:
    """A pytest plugin that runs the jobs in forks instead of the tests one after another."""

    def __init__(self, jobs: list[Job], at_once: int, tell) -> None:
        self.jobs = jobs
        self.at_once = at_once
        self.tell = tell
        self.outcomes: list[Outcome] = []
        self.unsure: set[str] = set()

    def pytest_runtestloop(self, session):
        """Warm up, run every job, and then the tests that noticed something, without any fault."""
        self.session = session
        self.items = {item.nodeid: item for item in session.items if not _outside(item)}
        self._warm_up()
        gc.collect()
        self.caches = caches()
        self.functions = {file: living(file) for file in {job.mutant.file for job in self.jobs}}
        gc.freeze()  # a fork's collector would copy every page
        self._all(self.jobs)
        killers = sorted({outcome.by for outcome in self.outcomes if outcome.by})
        if killers:
            self.unsure = set(self._alone(killers))
        return True

    def _warm_up(self) -> None:
        """Run a test for every fixture of the session, so that forks have them."""
        have = set()
        for item in sorted(self.items.values(), key=lambda item: len(item.fixturenames)):
            new = {name for name in item.fixturenames if _scope(item, name) == "session"} - have
            if new:
                runtestprotocol(item, log=False, nextitem=self.session)
                have |= new

    def _all(self, jobs: Iterable[Job]) -> None:
        waiting, running = list(reversed(jobs)), {}
        while waiting or running:
            while waiting and len(running) < self.at_once:
                job = waiting.pop()
                tests = [test for test in job.tests if test in self.items]
                if not tests:
                    self._note(Outcome(job, "untested"))
                    continue
                folder = Path(tempfile.mkdtemp(prefix="mutant-"))
                running[self._fork(job, tests, folder)] = (job, folder, time.monotonic())
            for pid in [pid for pid in running if self._ended(pid, *running[pid])]:
                del running[pid]
            time.sleep(0.02)

    def _ended(self, pid: int, job: Job, folder: Path, start: float) -> bool:
        took = time.monotonic() - start
        if os.waitpid(pid, os.WNOHANG) == (0, 0):
            if took < LEAST + PATIENCE * job.seconds:
                return False
            os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            self._note(Outcome(job, "timeout", "", took))
        else:
            told = folder / "outcome.json"
            found = json.loads(told.read_text()) if told.exists() else {"end": "killed", "by": ""}
            self._note(Outcome(job, found["end"], found["by"], took))
        shutil.rmtree(folder, ignore_errors=True)
        return True

    def _note(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.tell(outcome)

    def _fork(self, job: Job, tests: list[str], folder: Path) -> int:
        pid = os.fork()
        if pid:
            return pid
        try:
            self._settle_in(folder)
            for each in self.caches:
                each.cache_clear()
            changed = plant(job.mutant.file, job.mutant.index, self.functions[job.mutant.file])
            by = self._first_failure(tests) if changed else ""
            end = "killed" if by else "survived" if changed else "unplanted"
            (folder / "outcome.json").write_text(json.dumps({"end": end, "by": by}))
        finally:
            os._exit(0)

    def _settle_in(self, folder: Path) -> None:
        """Make the fork a group of its own, silent, with a place for its files."""
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        self.session.config._tmp_path_factory._basetemp = folder  # noqa: SLF001 - no option says it to a living session

    def _first_failure(self, tests: list[str]) -> str:
        items = [self.items[test] for test in tests]
        for item, after in zip(items, [*items[1:], self.session], strict=True):
            if any(report.failed for report in runtestprotocol(item, log=False, nextitem=after)):
                self.session._setupstate.teardown_exact(self.session)  # noqa: SLF001 - as pytest's own loop does
                return item.nodeid
        return ""

    def _alone(self, tests: list[str]) -> list[str]:
        """Give those of the tests that fail without any fault, too: they prove nothing."""
        folder = Path(tempfile.mkdtemp(prefix="mutant-"))
        pid = os.fork()
        if pid:
            os.waitpid(pid, 0)
            told = folder / "failed.json"
            failed = json.loads(told.read_text()) if told.exists() else tests
            shutil.rmtree(folder, ignore_errors=True)
            return failed
        try:
            self._settle_in(folder)
            failed = [test for test in tests if self._first_failure([test])]
            (folder / "failed.json").write_text(json.dumps(failed))
        finally:
            os._exit(0)


def _scope(item, name: str) -> str:
    found = item._fixtureinfo.name2fixturedefs.get(name)  # noqa: SLF001 - no public way tells a fixture's scope
    return found[-1].scope if found else ""


def _outside(item) -> bool:
    return any(_scope(item, name) == "session" and name.startswith(OUTSIDE) for name in item.fixturenames)


def warm(jobs: list[Job], at_once: int, tell) -> Nursery:
    """Run the jobs in forks of this process."""
    nursery = Nursery(jobs, at_once, tell)
    files = sorted({test.partition("::")[0] for job in jobs for test in job.tests})
    pytest.main(["-q", "-p", "no:cacheprovider", "--no-cov", "--disable-warnings", *files], plugins=[nursery])
    return nursery


def cold(job: Job) -> Outcome:
    """Run the job in a process of its own, that imports the mutant."""
    start = time.monotonic()
    env = {**os.environ, PLANTED: json.dumps([job.mutant.file, job.mutant.index])}
    words = ["-q", "-x", "--no-header", "--no-cov", "-p", "no:cacheprovider", "-p", "bench.mutants.planting"]
    running = subprocess.Popen(  # noqa: S603 - pytest on this project's tests
        [sys.executable, "-m", "pytest", *words, *job.tests],
        env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        said, _ = running.communicate(timeout=2 * LEAST + PATIENCE * job.seconds)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
        return Outcome(job, "timeout", "", time.monotonic() - start)
    failed = [line.split()[1] for line in said.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    by = failed[0] if failed else "import" if running.returncode else ""
    return Outcome(job, "survived" if running.returncode == 0 else "killed", by, time.monotonic() - start)
