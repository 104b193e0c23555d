"""How long `flask journal verify` and lists take when the journal has a million rows.

    python -m bench.journal                                          # 100,000 cases, 1,000,000 rows, SQLite
    python -m bench.journal --rows 20000 --cases 2000 --folder kept  # kept there, and taken again if it is there
    python -m bench.journal --database postgresql://user@host/empty

The rows are the demo's own, told again for other cases and proved and sealed by the product's own functions.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter, process_time
from types import SimpleNamespace

from flask import Flask
from sqlalchemy import Engine, func, insert, select, text, update

from app import create_app
from app.setup.accounts import DEMO_PASSWORD
from app.web.database import db
from app.workflow import prints, sealing
from bench.crowd import Crowd, seed
from config import ROOT
from model import JournalEntry, JournalSeal, Subject

BATCH = 5000
ROUNDS = 40
LISTS = ("/cases/", "/cases/?tab=all", "/cases/?tab=all&sort=-submitted_at", "/cases/?q=referansegruppe", "/actions/")
READERS = ("desk", "quality_ie")


def told(engine: Engine, rows: int) -> Iterator[dict]:
    """Tell the demo's stories of other cases until the journal has that many rows."""
    with engine.connect() as connection:
        stories: dict[int, list[dict]] = {}
        for row in connection.execute(select(JournalEntry.__table__).order_by(JournalEntry.id)):
            stories.setdefault(row.subject_id, []).append(row._asdict())
        kinds = dict(connection.execute(select(Subject.id, Subject.kind)).all())
        wholes = dict(connection.execute(select(Subject.id, Subject.whole_id)).all())
        number = connection.scalar(select(func.max(JournalEntry.id)))
    having = {kind: cycle(story for pk, story in stories.items() if kinds[pk] == kind) for kind in ("case", "part")}
    bare = [pk for pk in sorted(kinds) if pk not in stories]
    each, more = divmod(rows - number, len(bare))
    for place, subject in enumerate(bare):
        story = next(having[kinds[subject]])
        for ordinal, row in enumerate(islice(cycle(story), each + (place < more)), 1):
            number += 1
            case = wholes[subject] or subject
            yield {**row, "id": number, "subject_id": subject, "case_id": case, "ordinal": ordinal}


def proved(row: dict) -> dict:
    """Give a row its proofs, as the engine does."""
    entry = SimpleNamespace(**row)
    prints.prove(entry)
    return vars(entry)


def grow(cases: int, rows: int) -> None:
    """Make the database large."""
    engine = db.engine
    sealed()
    Crowd(engine).grow(cases)
    with engine.begin() as connection:
        made = map(proved, told(engine, rows))
        while batch := list(islice(made, BATCH)):
            connection.execute(insert(JournalEntry.__table__), batch)
        have = select(func.count()).where(JournalEntry.subject_id == Subject.id).scalar_subquery()
        connection.execute(update(Subject.__table__).values(events=have))
        if engine.dialect.name == "postgresql":
            for table in ("subject", "clock", "journal_entry"):
                connection.execute(text(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"))  # noqa: S608
    sealed()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"))


def sealed() -> None:
    """Seal all there is, as the worker does."""
    session = db.session()
    while sealing.seal(session, BATCH, since=sealing.head(session).latest):
        session.commit()
    session.commit()


def verified(app: Flask, processes: int) -> tuple[float, float, str]:
    """Run the command as an operator does; give seconds, seconds of all cores, and what it said."""
    environment = {
        "DATABASE_URL": app.config["DATABASE_URL"],
        "VAR_DIR": str(app.config["VAR"]),
        "FLASK_APP": "app",
        "PATH": str(Path(sys.executable).parent),
    }
    command = [sys.executable, "-m", "flask", "journal", "verify", "--processes", str(processes)]
    began, before = perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return perf_counter() - began, spent, (said.stdout or said.stderr).splitlines()[0]


def listed(app: Flask, name: str, path: str) -> tuple[float, float, float]:
    """Ask for a list many times; give milliseconds: the median, the 95th percentile, and this process's own work."""
    client = app.test_client()
    page = client.get("/login/").get_data(as_text=True)
    token = page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    answer = client.post("/login/", data={"username": name, "password": DEMO_PASSWORD, "csrf_token": token})
    assert answer.status_code == 302, answer.status  # noqa: S101, PLR2004
    took, before = [], process_time()
    for _ in range(ROUNDS):
        began = perf_counter()
        assert client.get(path).status_code == 200  # noqa: S101, PLR2004
        took.append(1000 * (perf_counter() - began))
    worked = 1000 * (process_time() - before) / ROUNDS
    return statistics.median(took), statistics.quantiles(took, n=20)[-1], worked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--database", default="")
    parser.add_argument("--only", choices=("verify", "lists"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (asked.folder or Path(temporary)).resolve()
        made = (folder / "made").exists()
        folder.mkdir(parents=True, exist_ok=True)
        url = asked.database.replace("postgresql://", "postgresql+psycopg://", 1) or f"sqlite:///{folder / 'bench.db'}"
        if not made:
            seed(folder, url)
        app = create_app({"DATABASE_URL": url, "VAR": folder, "WORKER": "none", "RATELIMIT_ENABLED": False})
        with app.app_context():
            if not made:
                grow(asked.cases, asked.rows)
                (folder / "made").touch()
            print(f"{db.session.scalar(select(func.count(JournalSeal.id)))} seals")
            db.session.remove()
        if asked.only != "lists":
            for processes in (1, 2):
                print(
                    "verify, {} processes: {:.1f} s, {:.1f} s of all cores: {}".format(
                        processes, *verified(app, processes)
                    )
                )
        if asked.only != "verify":
            for name in READERS:
                for path in LISTS:
                    print(
                        "{} {}: median {:.0f} ms, p95 {:.0f} ms, own work {:.0f} ms".format(
                            name, path, *listed(app, name, path)
                        )
                    )


if __name__ == "__main__":
    main()
