"""Granian serves the same product: it answers, goes on while its processes begin anew, and stops with all answered."""

import os
import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor, wait
from http import HTTPStatus
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import make_url

from bench.client import hidden
from bench.own import REPORT
from bench.soak.processes import free_port, wait_for
from tests.conftest import missing
from tests.deploy.rolling import Process, until
from tests.house import cases, make_app

PROXY = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "avvik.example.no"}


@pytest.fixture
def served(sqlite_url, tmp_path):
    if find_spec("granian") is None:
        missing("Granian")
    settings = {"DATABASE_URL": sqlite_url, "TRUSTED_PROXIES": "1", "BASE_URL": "https://avvik.example.no", "DEMO": "0"}
    (tmp_path / "var").mkdir()
    process = Process(("deploy.with_granian",), settings, tmp_path / "var", free_port())
    process.start()
    try:
        wait_for(process.port)
        yield process
    finally:
        process.kill()


def ask(port, method, path, body=None, **headers):
    """(status, headers, text) of one request, past a proxy that ended TLS."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, {**PROXY, **headers})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers, text


def workers(process):
    """The processes that serve."""
    told = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return {each for each in told if b"resource_tracker" not in Path(f"/proc/{each}/cmdline").read_bytes()}


def test_it_answers_begins_anew_and_stops_as_gunicorn_does(served, sqlite_url, tmp_path):
    answers_behind_a_proxy(served)
    answers_while_it_begins_anew(served)
    answers_what_it_has_before_it_stops(served, sqlite_url)
    assert len(cases(make_app(sqlite_url, tmp_path))) == 1


def answers_behind_a_proxy(served):
    status, headers, text = ask(served.port, "GET", "/")
    assert (status, '<html lang="nb"' in text) == (200, True)
    assert "max-age" in headers["Strict-Transport-Security"]
    assert headers["Set-Cookie"].startswith("__Host-")
    status, headers, _ = ask(served.port, "GET", "/cases/")
    assert (status, headers["Location"].startswith(("/login/", "https://avvik.example.no/login/"))) == (302, True)


def answers_while_it_begins_anew(served):
    before, answers = workers(served), []
    os.kill(served.pid, signal.SIGHUP)

    def anew():
        answers.append(ask(served.port, "GET", "/login/")[0])
        now = workers(served)
        return now and not before & now

    assert before
    until(anew)
    answers.append(ask(served.port, "GET", "/login/")[0])
    assert set(answers) == {200}


def answers_what_it_has_before_it_stops(served, sqlite_url):
    """A report waits for whoever writes, and meanwhile the product is told to stop."""
    _, headers, page = ask(served.port, "GET", "/")
    body = urlencode({**hidden(page), **REPORT})
    cookie = {"Cookie": headers["Set-Cookie"].split(";")[0], "Content-Type": "application/x-www-form-urlencoded"}
    writer = sqlite3.connect(make_url(sqlite_url).database, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(2) as hands:
        report = hands.submit(ask, served.port, "POST", "/", body, Referer="https://avvik.example.no/", **cookie)
        assert not wait([report], 1).done
        stopped = hands.submit(served.stop)
        assert not wait([report, stopped], 1).done
        writer.execute("ROLLBACK")
        writer.close()
        assert report.result(30)[0] == HTTPStatus.SEE_OTHER
        assert stopped.result(30) == 0
