"""The products that are measured: how each starts, how somebody logs in, and where each piece of work is done."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from bench.client import Client, hidden
from bench.data.filled import Data
from bench.expected import Expected
from bench.peers.settings import ACCOUNT, PASSWORD
from bench.served import GUNICORN
from config import ROOT

PEERS_BIN = ROOT / "build" / "bench-venv" / "bin"
NUMBER = re.compile(r"\b\d{4}-\d{4,}\b")
REPORT = {
    "title": "Forelesningen ble avlyst",
    "body": "Den ble avlyst uten varsel. " * 12,
    "email": "who@students.example",
}
OK_STATUSES = (200, 302, 303)


def installed(venv: Path, lock: Path) -> Path:
    """Give the programs of an installation: of `venv`, which `make bench` makes, unless it's older than its `lock`.

    Then it's the developer's own, whose packages make a start slower.
    """
    ready = venv / "ready"
    there = ready.exists() and ready.stat().st_mtime >= lock.stat().st_mtime
    return venv / "bin" if there else Path(sys.executable).parent


OWN_BIN = installed(ROOT / "build" / "own-venv", ROOT / "requirements.txt")


class Product:
    """A peer on the small tables; whatever differs is said by its subclass."""

    key = name = module = ""
    environment: ClassVar[Mapping[str, str]] = {}
    own_tables = False
    told = GUNICORN
    """What its server is told on its command line."""
    login_path, form_path, csrf = "/login", "/submit", "csrf_token"
    counter = ACCOUNT
    """Who may count every case."""

    def __init__(self, data: Data, expected: Expected) -> None:
        self.data, self.expected = data, expected

    @property
    def there(self) -> bool:
        """Whether what it needs is installed."""
        return self.bin.exists()

    @property
    def found(self) -> Sequence[str]:
        """Numbers of the cases that its search for the rare word must show."""
        return self.expected.found

    @property
    def bin(self) -> Path:
        """Where its programs are."""
        return PEERS_BIN

    @property
    def url(self) -> str:
        """Its database."""
        return self.data.small

    def command(self) -> Sequence[str]:
        """What starts it, but for what all servers are told."""
        return (str(self.bin / "gunicorn"), f"bench.peers.{self.module}:app")

    def settings(self) -> dict[str, str]:
        """Its environment."""
        places, now = self.data.places, self.data.now.replace(tzinfo=None).isoformat()
        told = {"BENCH_FACULTY": str(places.faculty), "BENCH_HANDLER": str(places.handler), "BENCH_NOW": now}
        return {"PATH": str(self.bin), "PYTHONPATH": str(ROOT), "BENCH_DB": self.url, **told, **self.environment}

    def login(self, client: Client, account: str = ACCOUNT) -> None:
        """Log in, by default as the faculty's handler."""
        form = hidden(client.get(self.login_path))
        client.post(self.login_path, {**form, "username": account, "password": PASSWORD})

    def report(self, client: Client) -> None:
        """Open the form and send a report."""
        form = hidden(client.get(self.form_path))
        places = {"unit": str(self.data.places.faculty), "area": str(self.data.places.areas[0])}
        client.post(self.form_path, {**form, **REPORT, **places})

    def moving(self, client: Client, case: tuple[int, str]) -> dict[str, str]:
        """What the move's form says that stands on a page read before; not measured."""
        page = client.get(self.case(case))
        return {self.csrf: hidden(page)[self.csrf]}

    def move(self, client: Client, case: tuple[int, str], form: dict[str, str]) -> None:
        """Accept a case."""
        client.post(f"/case/{case[0]}/do", {**form, "move": "accept"})

    def list(self, page: int) -> str:
        """A page of closed cases."""
        return f"/cases?state=closed&page={page}"

    def case(self, case: tuple[int, str]) -> str:
        """One case."""
        return f"/case/{case[0]}"

    def search(self, word: str) -> str:
        """Cases with a word in them."""
        return f"/cases?q={word}"

    badges = "/badges"

    def year(self) -> str:
        """Last year in numbers."""
        return f"/report/{self.expected.year}"

    def shows_events(self, page: str, pk: int, count: int) -> bool:
        """Whether a case's page has all that happened."""
        return all(f"ev-{pk}-{place}." in page for place in range(count))

    def shows_badges(self, page: str) -> bool:
        """Whether the counts are right."""
        overdue = re.search(r'"overdue": ?(\d+)', page)
        mine = re.search(r'"mine": ?(\d+)', page)
        wanted = (self.expected.overdue, self.expected.open)
        return bool(overdue and mine) and (int(overdue[1]), int(mine[1])) == wanted

    def shows_year(self, page: str) -> bool:
        """Whether the report counts every case of the year."""
        groups = re.search(r'"groups": ?\[(.*?)\]\s*\](?=[,}])', page, re.DOTALL)
        counts = re.findall(r", ?(\d+)\s*\]", f"{groups[1]}]") if groups else []
        return sum(map(int, counts)) == self.expected.in_year

    def numbers(self, page: str) -> set[str]:
        """Numbers of the cases on a page."""
        return set(NUMBER.findall(page))


class Bare(Product):
    """Flask and SQL by hand."""

    key, name, module = "bare", "bare Flask + SQL", "bare"

    @property
    def bin(self) -> Path:
        """Needs nothing that the product lacks."""
        return PEERS_BIN if PEERS_BIN.exists() else OWN_BIN


class FlaskAdmin(Product):
    """Flask-Admin, stock."""

    key, name, module = "flask-admin", "Flask-Admin", "admin_flask"

    def list(self, page: int) -> str:
        """A page of closed cases."""
        return f"/admin/case/?flt0_2=closed&page={page - 1}"

    def case(self, case: tuple[int, str]) -> str:
        """One case."""
        return f"/admin/case/details/?id={case[0]}"

    def search(self, word: str) -> str:
        """Cases with a word in them."""
        return f"/admin/case/?search={word}"

    def moving(self, client: Client, case: tuple[int, str]) -> dict[str, str]:  # noqa: ARG002
        """The token, from any form."""
        return {self.csrf: hidden(client.get(self.form_path))[self.csrf]}

    def move(self, client: Client, case: tuple[int, str], form: dict[str, str]) -> None:
        """Accept a case."""
        client.post("/admin/case/action/", {**form, "action": "accept", "rowid": str(case[0]), "url": "/admin/case/"})


class Builder(Product):
    """Flask-AppBuilder, stock."""

    key, name, module = "fab", "Flask-AppBuilder", "builder"
    login_path, form_path = "/login/", "/report-here/form"

    def list(self, page: int) -> str:
        """A page of closed cases."""
        return f"/cases/list/?_flt_3_state=closed&page_CaseView={page - 1}"

    def case(self, case: tuple[int, str]) -> str:
        """One case."""
        return f"/cases/show/{case[0]}"

    def search(self, word: str) -> str:
        """Cases with a word in them."""
        return f"/cases/list/?_flt_2_body={word}"

    def moving(self, client: Client, case: tuple[int, str]) -> dict[str, str]:  # noqa: ARG002
        """The token, from any form."""
        return {self.csrf: hidden(client.get(self.form_path))[self.csrf]}

    def move(self, client: Client, case: tuple[int, str], form: dict[str, str]) -> None:
        """Accept a case."""
        client.post(f"/cases/action/accept/{case[0]}", form)


class Django(Product):
    """Django's admin with django-fsm-2, plain."""

    key, name, module = "django", "Django admin + fsm", "django_site"
    login_path, csrf = "/admin/login/", "csrfmiddlewaretoken"

    def list(self, page: int) -> str:
        """A page of closed cases."""
        return f"/admin/bench_cases/case/?state={'closed'}&p={page}"

    def case(self, case: tuple[int, str]) -> str:
        """One case."""
        return f"/admin/bench_cases/case/{case[0]}/change/"

    def search(self, word: str) -> str:
        """Cases with a word in them."""
        return f"/admin/bench_cases/case/?q={word}"

    def moving(self, client: Client, case: tuple[int, str]) -> dict[str, str]:  # noqa: ARG002
        """The token, from the list's form."""
        return {self.csrf: hidden(client.get("/admin/bench_cases/case/?state=at_faculty"))[self.csrf]}

    def move(self, client: Client, case: tuple[int, str], form: dict[str, str]) -> None:
        """Accept a case."""
        sent = {**form, "action": "accept", "_selected_action": str(case[0])}
        client.post("/admin/bench_cases/case/?state=at_faculty", sent)


class TunedDjango(Django):
    """The same with what a team that knows the admin adds in five minutes."""

    key, name = "django-tuned", "Django admin, tuned"
    environment: ClassVar[Mapping[str, str]] = {"BENCH_TUNED": "1"}
