"""People who report and move cases over HTTP, and remember what they were told was done."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from http.client import HTTPConnection, HTTPException
from typing import Any

from app.setup.accounts import DEMO_PASSWORD

REPORT = {
    "area": "education_quality",
    "unit": "ie",
    "description": "Gruppa mangler.",
    "tried_first": "tried",
    "no_personal_data": True,
}
MOVES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("desk", "forward", {"unit": "ie", "area": "education_quality"}),
    ("quality_ie", "accept", {}),
    ("quality_ie", "write_to_reporter", {"conversation": "Hvilket emne gjelder det?"}),
    ("quality_ie", "note", {"comment": "Se på dette."}),
)
OK, CREATED = 200, 201


class Account:
    """One account's token, fetched anew when the product has forgotten it."""

    def __init__(self, port: int, name: str) -> None:
        self._port, self._name = port, name
        self._token = ""

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Give status and answer; (0, {}) when the product was killed meanwhile."""
        if not self._token:
            login = {"username": self._name, "password": DEMO_PASSWORD}
            status, answer = self._send("POST", "/security/login", login)
            if status != OK:
                return 0, {}
            self._token = answer["access_token"]
        return self._send(method, path, body)

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            connection.request(method, f"/api/v1{path}", json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        except (OSError, HTTPException, ValueError):
            return 0, {}
        finally:
            connection.close()


class People:
    """`reported` are the numbers that were acknowledged, `moved` how often which move of which case was."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self.reported: set[str] = set()
        self.moved: Counter[tuple[str, str]] = Counter()
        self.unanswered = 0

    def start(self, count: int) -> None:
        """Let so many of them work."""
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let each finish the request in hand."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        accounts = {name: self._account(name) for name in ("student_idi", "desk", "quality_ie")}
        while not self._stopping.is_set():
            status, answer = accounts["student_idi"].ask("POST", "/cases", {"answers": REPORT})
            self._note(status)
            if status != CREATED:
                continue
            with self._lock:
                self.reported.add(answer["number"])
            for who, move, answers in MOVES:
                if self._stopping.is_set():
                    return
                self._move(accounts[who], answer["number"], move, answers)

    def _account(self, name: str) -> Account:
        return Account(self._port, name)

    def _move(self, account: Account, number: str, move: str, answers: dict[str, Any]) -> None:
        status, case = account.ask("GET", f"/cases/{number}")
        if status == OK:
            sent = {"version": case["version"], "answers": answers}
            status, _ = account.ask("POST", f"/cases/{number}/moves/{move}", sent)
            if status == OK:
                with self._lock:
                    self.moved[number, move] += 1
        self._note(status)

    def _note(self, status: int) -> None:
        if status == 0:
            with self._lock:
                self.unanswered += 1
            time.sleep(0.2)
