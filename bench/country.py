"""What one installation for a country's universities costs each process: many institutions, many handlers.

    python -m bench.country                      # 50 institutions, 20,000 handlers, SQLite
    python -m bench.country --institutions 5 --handlers 2000

Each institution is the demo's tree of units once more, under the same top; the handlers' seats are those of the demo.
"""

from __future__ import annotations

import argparse
import re
import resource
import tempfile
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from time import process_time

from sqlalchemy import Engine, create_engine, func, insert, select

from app import create_app
from app.routing.organisation import load
from app.setup.accounts import DEMO_PASSWORD
from app.web.database import db
from bench.crowd import Crowd, seed
from model import Assignment, ConfigurationVersion, Person, Unit

TIMES = 20
CASES = 2000
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
PAGES = ("/cases/", "/cases/?tab=all&sort=-submitted_at", "/", "/reports/")


def rows(engine: Engine, table: type) -> tuple[list[dict], int]:
    """Give the table's rows, and the first number that is free."""
    with engine.connect() as connection:
        found = [row._asdict() for row in connection.execute(select(table.__table__).order_by(table.id))]
    return found, max(each["id"] for each in found) + 1


def institutions(units: list[dict], first: int, times: int) -> Iterator[dict[int, dict]]:
    """Give the tree under the top again and again: the demo's number of each unit -> its row there."""
    top = next(each["id"] for each in units if each["parent_id"] is None)
    numbers = iter(range(first, first + times * len(units)))
    for nth in range(times):
        again = {each["id"]: {**each, "id": next(numbers)} for each in units if each["id"] != top}
        for row in again.values():
            above = again.get(row["parent_id"])
            row.update(name=f"{row['name']}_{nth}", parent_id=above["id"] if above else top)
        yield again


def grow(engine: Engine, times: int, handlers: int) -> None:
    """Add the institutions and their handlers."""
    units, next_unit = rows(engine, Unit)
    held, next_seat = rows(engine, Assignment)
    _, next_person = rows(engine, Person)
    trees = list(institutions(units, next_unit, times))
    seats = (
        {**seat, "unit_id": tree[seat["unit_id"]]["id"]}
        for seat in cycle(held)
        for tree in trees
        if seat["unit_id"] in tree
    )
    people, given = [], []
    for nth, seat in enumerate(islice(seats, handlers)):
        mail, person = f"handler{nth}@institution.example", next_person + nth
        people.append({"id": person, "name": f"handler_{nth}", "label": f"Handler {nth}", "mail": mail})
        given.append({**seat, "id": next_seat + nth, "person_id": person})
    with engine.begin() as connection:
        for tree in trees:
            connection.execute(insert(Unit.__table__), list(tree.values()))
        connection.execute(insert(Person.__table__), people)
        connection.execute(insert(Assignment.__table__), given)
        version = connection.scalar(select(func.max(ConfigurationVersion.version))) or 0
        connection.execute(ConfigurationVersion.__table__.update().values(version=version + 1))


def main() -> None:
    """Fill, measure, and print: milliseconds and megabytes of one process."""
    said = argparse.ArgumentParser(prog="bench.country", description=__doc__)
    said.add_argument("--institutions", type=int, default=50)
    said.add_argument("--handlers", type=int, default=20_000)
    asked = said.parse_args()
    with tempfile.TemporaryDirectory(prefix="country-") as folder:
        url = seed(Path(folder))
        engine = create_engine(url)
        Crowd(engine).grow(CASES)
        for times, handlers in ((0, 0), (asked.institutions, asked.handlers)):
            if times:
                grow(engine, times, handlers)
            tell(url, Path(folder))
        engine.dispose()


def tell(url: str, folder: Path) -> None:
    """Measure the organisation's copy and some pages."""
    settings = {"DATABASE_URL": url, "VAR": folder, "SECRET_KEY": "the country's secret", "WORKER": "none"}
    app = create_app({**settings, "RATELIMIT_ENABLED": False, "DEMO": True})
    with app.app_context():
        began = process_time()
        copy = load(db.session(), 1)
        print(f"{len(copy.units)} units, {len(copy.holdings)} seats read: {(process_time() - began) * 1000:.0f} ms")
        db.session.remove()
    client = app.test_client()
    token = TOKEN.search(client.get("/login/").text)
    client.post(
        "/login/", data={"username": "quality_ie", "password": DEMO_PASSWORD, "csrf_token": token[1] if token else ""}
    )
    for path in PAGES:
        spent = []
        for _ in range(TIMES):
            began = process_time()
            answer = client.get(path)
            spent.append((process_time() - began) * 1000)
            answer.close()
        size = len(answer.data) // 1024
        print(f"{path:40} {answer.status_code} first {spent[0]:7.1f} ms, then {median(spent):6.1f} ms, {size} KB")
    print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
