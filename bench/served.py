"""One server: a process of its own with one worker, its processor time and its memory, and its end."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

from bench.client import Client
from config import ROOT

PATIENCE = 300.0
TICKS = 100.0
NANO = 1e9
PAGE_KB = 1024.0
GUNICORN = "-w 1 -k gthread --threads 8 --keep-alive 75 --log-level warning -b 127.0.0.1:{port}"
"""One worker with the product's eight threads, which keeps a connection that waits for its turn."""
GRANIAN = (
    "--interface wsgi --factory --workers 1 --blocking-threads 8 --no-ws --log-level warning"
    " --host 127.0.0.1 --port {port}"
)
"""The same; its keeping of connections has no end."""


def free_port() -> int:
    """Give a port that nobody has."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Server:
    """A server that answers; `seconds` it took from its process's start to its first page."""

    def __init__(
        self, words: Sequence[str], environment: Mapping[str, str], ready: str, log: Path, told: str = GUNICORN
    ) -> None:
        self.port = free_port()
        began = time.perf_counter()
        command = [*words[:1], *told.format(port=self.port).split(), *words[1:]]
        env = {**environment, "PORT": str(self.port), "BASE_URL": f"http://127.0.0.1:{self.port}"}
        self._log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out)  # noqa: S603 - our own words
        self._wait(ready)
        self.seconds = time.perf_counter() - began

    def _wait(self, ready: str) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._process.poll() is None:
            with suppress(OSError, HTTPException):
                Client(self.port).get(ready)
                return
            time.sleep(0.01)
        self.stop()
        raise RuntimeError(f"the server doesn't answer; see {self._log}")

    def cpu(self) -> float:
        """Seconds of processor time that its processes have taken so far."""
        return sum(cpu_of(pid) for pid in self._processes())

    def memory(self) -> float:
        """The most megabytes that its worker has held."""
        return max(_peak(pid) for pid in self._processes())

    def _processes(self) -> Iterator[int]:
        waiting = [self._process.pid]
        while waiting:
            pid = waiting.pop()
            yield pid
            with suppress(OSError):
                waiting += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def cpu_of(pid: int) -> float:
    """Seconds of processor time that a process has taken: of its threads to the nanosecond, where the kernel tells."""
    try:
        threads = [each.read_text() for each in Path(f"/proc/{pid}/task").glob("*/schedstat")]
        return sum(int(each.split()[0]) for each in threads) / NANO
    except OSError:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / TICKS
    return 0.0


def _peak(pid: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / PAGE_KB
    return 0.0
