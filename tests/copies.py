"""What would be made anew for every test, made once or ahead: compiled templates and copies of a database."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from jinja2 import BytecodeCache
from sqlalchemy import create_engine, text


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
