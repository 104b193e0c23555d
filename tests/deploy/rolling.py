"""An installation of several processes, and people who go to another door where one is closed."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException

from bench.soak.people import Account, People
from bench.soak.processes import free_port, wait_for
from config import ROOT

WEB = ("gunicorn", "--config", "deploy/gunicorn.py", "app:create_app()")
WORKER = ("flask", "worker", "run")
PATIENCE = 120


class Process:
    """A web process (with a port) or a worker of an installation."""

    def __init__(self, words, environment, folder, port=None):
        self.port = port
        own = {"VAR_DIR": str(folder), "PORT": str(port or 0), "WORKER": "none", "FLASK_APP": "app"}
        self._environment = {**os.environ, **environment, **own}
        self._words = [sys.executable, "-m", *words]
        self._log = folder.with_suffix(".log")

    def start(self):
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(self._words, cwd=ROOT, env=self._environment, stdout=log, stderr=log)

    def stop(self):
        """Tell it to stop, as whoever runs it does; how it ended."""
        self._running.send_signal(signal.SIGTERM)
        return self._running.wait(PATIENCE)

    def kill(self):
        self._running.kill()
        self._running.wait(PATIENCE)

    @property
    def pid(self):
        return self._running.pid


class Doors:
    """The web processes as a proxy has them. `wrong` has every 5xx, and each request that was cut off unannounced."""

    def __init__(self, ports):
        self.ports = list(ports)
        self.leaving = None
        self.cut = 0
        self.wrong = []

    def send(self, method, path, body, headers):
        """(status, answer) of the first door that opens; (0, {}) where the request was cut off."""
        self.ports.append(self.ports.pop(0))
        for port in tuple(self.ports):
            connection = HTTPConnection("127.0.0.1", port, timeout=30)
            leaving = self.leaving
            try:
                connection.connect()
                return self._asked(connection, method, path, body, headers)
            except ConnectionRefusedError:
                continue
            except (OSError, HTTPException) as fault:
                self.cut += 1
                if port not in (leaving, self.leaving):
                    self.wrong.append(f"{method} {path} at {port}: {fault!r}")
                return 0, {}
            finally:
                connection.close()
        self.wrong.append(f"{method} {path}: no door is open")
        return 0, {}

    def _asked(self, connection, method, path, body, headers):
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= 500:
            self.wrong.append(f"{method} {path} at {connection.port}: {answer.status} {text[:200]}")
        return answer.status, json.loads(text or b"{}")

    @contextmanager
    def closed(self, port):
        """While this one is restarted a request may be cut off there, and nowhere else."""
        self.leaving = port
        yield
        self.leaving = None


class Caller(Account):
    """Somebody with a token, which counts at every door."""

    def __init__(self, doors, name):
        super().__init__(0, name)
        self._doors = doors

    def _send(self, method, path, body):
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return self._doors.send(method, f"/api/v1{path}", None if body is None else json.dumps(body), headers)


class Callers(People):
    """People who report and move, whichever door is open."""

    def __init__(self, doors):
        super().__init__(0)
        self._doors = doors

    def _account(self, name):
        return Caller(self._doors, name)


@contextmanager
def running(environment, folder):
    """Two web processes and two workers: (web, workers)."""
    made = []
    for name, words in (("web-1", WEB), ("web-2", WEB), ("worker-1", WORKER), ("worker-2", WORKER)):
        (folder / name).mkdir()
        made.append(Process(words, environment, folder / name, free_port() if words is WEB else None))
    try:
        for each in made:
            each.start()
        for each in made[:2]:
            wait_for(each.port)
        yield made[:2], made[2:]
    finally:
        for each in made:
            each.kill()


def until(holds):
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.05)
