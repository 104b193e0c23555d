"""Where the product's time goes: each of its pages under cProfile, its statements counted and the dearest shown.

python -m bench.profiled --size 10k                    # list, case, move and report
python -m bench.profiled --size 100k --works W3,W4 --top 25
"""

from __future__ import annotations

import argparse
import cProfile
import io
import pstats
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event

from app import create_app
from app.web.database import db
from bench.__main__ import SIZES
from bench.data.filled import FOLDER, copies, dialect
from bench.data.seeded import SECRET
from bench.layers import by_layer, told
from bench.own import Own
from bench.run import expected_of
from bench.running import Books
from bench.work import WORKS
from config import ROOT

REPEATS = 20
WIDE = 150


class Inner:
    """The product's own test client in the place of a connection: the same process, so that it can be profiled."""

    def __init__(self, app: Flask) -> None:
        self._client = app.test_client()
        self.status, self.location, self.seconds, self.queries, self.size = 0, "", 0.0, 0, 0

    def begin(self) -> None:
        """Nothing is counted here."""

    def get(self, path: str) -> str:
        """Read a page."""
        return self._told(self._client.get(path))

    def post(self, path: str, form: dict[str, str]) -> str:
        """Send a form."""
        return self._told(self._client.post(path, data=form))

    def _told(self, answer: Any) -> str:
        self.status, self.location = answer.status_code, answer.headers.get("Location", "")
        return answer.get_data(as_text=True)


class Inside(Books):
    """The product within this process, as `Running` is one beside it."""

    def __init__(self, app: Flask, product: Own) -> None:
        super().__init__(product)
        self.app = app
        self.handler, self.visitor = Inner(app), Inner(app)
        self.counter = Inner(app)
        product.login(self.handler)  # type: ignore[arg-type]
        product.login(self.counter, product.counter)  # type: ignore[arg-type]

    def begin(self) -> None:
        """Nothing is counted here."""


@contextmanager
def within(database: str, size: str, folder: Path = FOLDER) -> Iterator[tuple[Inside, Any]]:
    """The product within this process on a copy of the data set, and its engine."""
    with copies(database, SIZES[size], folder) as data:
        settings = {"DATABASE_URL": dialect(data.own), "VAR": data.folder, "SECRET_KEY": SECRET, "WORKER": "off"}
        app = create_app({**settings, "RATELIMIT_ENABLED": False, "DEMO": False})
        with app.app_context():
            engine = db.engine
        yield Inside(app, Own(data, expected_of(data))), engine


@contextmanager
def watched(engine: Any) -> Iterator[dict[str, list[float]]]:
    """Milliseconds of each statement by its text."""
    found: dict[str, list[float]] = defaultdict(list)

    def before(connection: Any, *_: object) -> None:
        connection.info["bench"] = time.perf_counter()

    def after(connection: Any, _cursor: object, statement: str, *_: object) -> None:
        found[statement].append((time.perf_counter() - connection.info["bench"]) * 1000)

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    yield found
    event.remove(engine, "before_cursor_execute", before)
    event.remove(engine, "after_cursor_execute", after)


@contextmanager
def served_under(profiler: cProfile.Profile, app: Flask) -> Iterator[None]:
    """Profile what the product does for a request, without the client."""
    whole = app.wsgi_app

    def served(environ: Any, begin: Any) -> Any:
        profiler.enable()
        try:
            return whole(environ, begin)
        finally:
            profiler.disable()

    app.wsgi_app = served  # type: ignore[method-assign]
    yield
    app.wsgi_app = whole  # type: ignore[method-assign]


def profile(inside: Any, work: Any, engine: Any, top: int) -> None:
    """Print one work's dearest functions and statements."""
    for item in work.ready(inside, 3):
        work.once(inside, item)
    items = list(work.ready(inside, REPEATS))
    with watched(engine) as statements:
        for item in items:
            work.once(inside, item)
    times = len(items)
    per = Counter({text: len(waits) for text, waits in statements.items()})
    spent = {text: sum(waits) / times for text, waits in statements.items()}
    whole = f"{per.total() / times:.1f} statements, {sum(spent.values()):.2f} ms in the driver"
    print(f"\n== {work.short} {work.label}: {whole}")
    for text in sorted(spent, key=lambda each: -spent[each]):
        said = re.sub(r"\s+", " ", text)
        print(f"  {spent[text]:7.2f} ms {per[text] / times:5.1f}x  {said[:WIDE]} … ({len(said)} letters)")
    items = list(work.ready(inside, REPEATS))
    profiler = cProfile.Profile(time.thread_time)
    with served_under(profiler, inside.app):
        for item in items:
            work.once(inside, item)
    print(told(by_layer(profiler, len(items))))
    for order in ("cumulative", "tottime"):
        out = io.StringIO()
        pstats.Stats(profiler, stream=out).sort_stats(order).print_stats(top)
        text = out.getvalue().replace(f"{ROOT}/", "")
        print(re.sub(r"\S*site-packages/", "", text))


def main() -> None:
    """Fill, and profile what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="10k")
    parser.add_argument("--database", default="")
    parser.add_argument("--works", default="W3,W4,W2,W1")
    parser.add_argument("--top", type=int, default=40)
    asked = parser.parse_args()
    with within(asked.database, asked.size) as (inside, engine):
        for work in WORKS:
            if work.short in asked.works.split(","):
                profile(inside, work, engine, asked.top)


if __name__ == "__main__":
    main()
