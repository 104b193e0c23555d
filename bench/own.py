"""The product itself as one of those that are measured: its real pages, as its faculty's handler sees them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from pathlib import Path

from bench.client import Client, hidden
from bench.data.seeded import SECRET
from bench.peers.settings import ACCOUNT, PASSWORD
from bench.products import OWN_BIN, Product
from config import ROOT

REPORT = {
    "reporter": "who@students.example",
    "area": "education_quality",
    "unit": "IV",
    "description": "Den ble avlyst uten varsel. " * 12,
    "tried_first": "tried",
    "no_personal_data": "y",
}
MOST = 1000
PLENTY = "1000000 per hour"


class Own(Product):
    """Avviksflyt, on its own tables."""

    key, name = "own", "Avviksflyt"
    own_tables = True
    counter = "desk"
    login_path, form_path = "/login/", "/"

    @property
    def found(self) -> Sequence[str]:
        """Only what has come to its handler."""
        return self.expected.own_found

    @property
    def bin(self) -> Path:
        """Where its programs are."""
        return OWN_BIN

    @property
    def url(self) -> str:
        """Its database."""
        return self.data.own

    def command(self) -> Sequence[str]:
        """As it is deployed."""
        return (str(self.bin / "gunicorn"), "--config", str(ROOT / "deploy" / "gunicorn.py"), "bench.serve:make()")

    def settings(self) -> dict[str, str]:
        """No worker and no codes beside it, for the peers have none; limits on requests that count and never hit."""
        kept = {"PATH": str(self.bin), "PYTHONPATH": str(ROOT), "DATABASE_URL": self.url, "SECRET_KEY": SECRET}
        limits = {"SUBMIT_LIMIT": PLENTY, "LOGIN_LIMIT": PLENTY}
        alike = {"WORKER": "off", "DEMO": "0", "SECOND_FACTOR": "0"}
        return {**kept, **limits, **alike, "VAR_DIR": str(self.data.folder / "var")}

    def login(self, client: Client, account: str = ACCOUNT) -> None:
        """Log in, by default as the faculty's handler."""
        super().login(client, account)
        if client.location.endswith(self.login_path):
            raise RuntimeError(f"{account} can't log in by {PASSWORD}")

    def report(self, client: Client) -> None:
        """Open the form and send a report."""
        page = client.get(self.form_path)
        client.post(self.form_path, {**hidden(page), **REPORT})

    def moving(self, client: Client, case: tuple[int, str]) -> dict[str, str]:
        """The hidden fields of the move's own page: its token and the case's version."""
        return hidden(client.get(f"/cases/{case[1]}/accept"))

    def move(self, client: Client, case: tuple[int, str], form: dict[str, str]) -> None:
        """Accept a case."""
        client.post(f"/cases/{case[1]}/accept", form)

    def list(self, page: int) -> str:
        """A page of closed cases: those after the last of the page before, as its links lead there."""
        after = f"&after={self.expected.own_marks[page]}" if page > 1 else ""
        return f"/cases/?tab=all&state=closed&sort=-submitted_at{after}"

    def case(self, case: tuple[int, str]) -> str:
        """One case."""
        return f"/cases/{case[1]}"

    def search(self, word: str) -> str:
        """Cases with a word in them."""
        return f"/cases/?tab=all&sort=-submitted_at&q={word}"

    badges = "/cases/?tab=mine&state=closed"
    """A list without rows: the frame, the filters and the tabs' counts."""

    def year(self) -> str:
        """Last year in numbers."""
        return f"/reports/by_unit?from={self.expected.year}-01-01&to={self.expected.year}-12-31"

    def shows_events(self, page: str, pk: int, count: int) -> bool:
        """Whether a case's page has all that happened: a note each but for the report and its forwarding."""
        return len(set(re.findall(rf"ev-{pk}-\d+\.", page))) == count - 2

    def shows_badges(self, page: str) -> bool:
        """Whether the reader's own tab has the right count."""
        mine = self.expected.open
        return f"({MOST}+)" in page if mine > MOST else f"({mine})" in page

    def shows_year(self, page: str) -> bool:
        """Whether the report counts every case of the year."""
        total = re.search(r'class="tiles".*?<b>([^<]*)</b>', page, re.DOTALL)
        return bool(total) and re.sub(r"\D", "", unescape(total[1])) == str(self.expected.own_in_year)
