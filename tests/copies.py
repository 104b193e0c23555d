"""What would be made anew for every test, made once or ahead: compiled templates, routes and statements; databases."""

import atexit
import gc
import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

from jinja2 import BytecodeCache
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from app.workflow import context

PLAIN = (bool, int, str, tuple, type(None))
MOST_STATEMENTS = 5000


class Compiled(BytecodeCache):
    """Templates as Python compiled them, for every application of this process."""

    def __init__(self):
        self.kept = {}

    def load_bytecode(self, bucket):
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket):
        self.kept[bucket.key, bucket.checksum] = bucket.code


class Copies:
    """Copies of a PostgreSQL database: the next one is made, and those given back dropped, while a test runs."""

    def __init__(self, server, template):
        self.engine = create_engine(server, isolation_level="AUTOCOMMIT")
        self.template = template
        self.hands = ThreadPoolExecutor(1)
        self.ready = self.hands.submit(self._make)
        self.given_back = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.give_back(self.ready.result())
        for dropped in self.given_back:
            dropped.result()
        self.hands.shutdown()
        self.engine.dispose()

    def take(self):
        """Name of a copy that nobody else has."""
        name = self.ready.result()
        self.ready = self.hands.submit(self._make)
        return name

    def give_back(self, name):
        """Drop the copy soon."""
        self.given_back.append(self.hands.submit(self._tell, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))

    def _make(self):
        name = f"{self.template}_{uuid4().hex[:8]}"
        self._tell(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        return name

    def _tell(self, statement):
        with self.engine.connect() as connection:
            connection.execute(text(statement))


def share_routes():
    """Let applications share the functions that Werkzeug compiles for each route: they are made of its text alone."""
    build, kept = Rule._compile_builder, {}

    def shared(rule, append_unknown=True):
        if rule.defaults:
            return build(rule, append_unknown)
        key = rule.rule, append_unknown, *rule._trace
        if key not in kept:
            kept[key] = build(rule, append_unknown)
        return kept[key]

    Rule._compile_builder = shared


def share_statements():
    """Let engines share the statements that SQLAlchemy compiles, wherever their dialects are set alike."""
    kept, kinds = LRUCache(MOST_STATEMENTS), {}

    def meet(connection):
        told = vars(connection.dialect)
        if "kind" not in told:  # by now it has asked its database all that it wants to know
            settings = frozenset((name, value) for name, value in told.items() if isinstance(value, PLAIN))
            told["kind"] = type(connection.dialect), kinds.setdefault(settings, len(kinds))

    event.listen(Engine, "engine_connect", meet)
    Engine._compiled_cache = property(lambda _engine: kept, lambda _engine, _own: None)
    DefaultDialect.__eq__ = _set_alike
    DefaultDialect.__hash__ = lambda dialect: hash(type(dialect))


def _set_alike(one, other):
    return one is other or None is not getattr(one, "kind", None) == getattr(other, "kind", None)


def share_editions():
    """Let applications share what they read of the same workflow: nobody changes a routine that was read."""
    context.load = lru_cache(maxsize=200)(context.load)


def look_for_litter_less():
    """Leave what is imported out of each search for garbage, and search less often: a quarter of the time went there."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@cache
def filled(routine, fill):
    """File of an SQLite database that `fill(url, folder, routine)` has filled, once for all who copy it."""
    folder = Path(mkdtemp())
    atexit.register(shutil.rmtree, folder)
    fill(f"sqlite:///{folder / 'house.db'}", folder, routine)
    return folder / "house.db"
