"""A browser without JavaScript, on one connection that is kept: cookies, forms, and the time it waits."""

from __future__ import annotations

import re
import time
from html import unescape
from http.client import HTTPConnection, HTTPException, RemoteDisconnected
from urllib.parse import urlencode

from bench.counting import HEADER

FIELD = re.compile(r"<input\b[^>]*>")
ATTRIBUTE = re.compile(r"""(\w+)=(?:"([^"]*)"|'([^']*)'|([^\s>]+))""")
FAULT = 400


class Client:
    """`seconds` waited, `queries` and `size` in bytes of all answers since `begin`; `status` of the last one."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self._cookies: dict[str, str] = {}
        self.status, self.location = 0, ""
        self.begin()

    def begin(self) -> None:
        """Count anew."""
        self.seconds, self.queries, self.size = 0.0, 0, 0

    @property
    def cookies(self) -> str:
        """What it says to be known by."""
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def get(self, path: str) -> str:
        """Read a page."""
        return self._ask("GET", path, None)

    def post(self, path: str, form: dict[str, str]) -> str:
        """Send a form."""
        return self._ask("POST", path, urlencode(form))

    def _ask(self, method: str, path: str, body: str | None) -> str:
        headers = {"Cookie": self.cookies}
        headers["Referer"] = f"http://127.0.0.1:{self._port}{path}"
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        try:
            answer, content = self._send(method, path, body, headers)
        except RemoteDisconnected:  # a connection that waited for too long; nothing was read of the request
            self._connection.close()
            answer, content = self._send(method, path, body, headers)
        self.seconds += time.perf_counter() - began
        self.size += len(content)
        self.queries += int(answer.getheader(HEADER) or 0)
        self.status, self.location = answer.status, answer.getheader("Location") or ""
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        text = content.decode("utf-8", "replace")
        if answer.status >= FAULT:
            raise HTTPException(f"{method} {path}: {answer.status} {text[:2000]}")
        return text

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]):
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        return answer, answer.read()

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms by name; of those with one name the last."""
    found = {}
    for tag in FIELD.findall(page):
        given = {name: unescape(one or two or three) for name, one, two, three in ATTRIBUTE.findall(tag)}
        if given.get("type") == "hidden" and "name" in given:
            found[given["name"]] = given.get("value", "")
    return found
