"""A database that is read, watched and put back past the product: the same for SQLite and PostgreSQL."""

import sqlite3
from contextlib import closing

import psycopg
from psycopg.rows import dict_row
from sqlalchemy import make_url

ITS_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL %' ORDER BY name"


class InSqlite:
    """A file, and a copy of it in memory."""

    def __init__(self, url):
        self.file = make_url(url).database
        self._watch = sqlite3.connect(self.file)
        self._copy = sqlite3.connect(":memory:")
        self._watch.backup(self._copy)
        self.changed()

    def close(self):
        self._watch.close()
        self._copy.close()

    def rows(self, query, *given):
        with closing(sqlite3.connect(self.file)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, given)]

    def write(self, query, given):
        """Write a row as nobody in particular; give its key."""
        with closing(sqlite3.connect(self.file)) as connection, connection:
            return connection.execute(query, given).lastrowid

    def dump(self):
        """Everything that the database holds, as text."""
        with closing(sqlite3.connect(self.file)) as connection:
            found = connection.execute(ITS_TABLES).fetchall()
            return "\n".join(
                f"{name} {row}"
                for (name,) in found
                for row in connection.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - our own tables
            )

    def changed(self):
        """Whether anything has been written since the last time this was asked."""
        now = self._watch.execute("PRAGMA data_version").fetchone()[0]
        before, self._version = getattr(self, "_version", now), now
        return now != before

    def restore(self):
        with closing(sqlite3.connect(self.file)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            self._copy.backup(connection)
        self.changed()


TABLES = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
SEQUENCES = "SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
KEEP = "CREATE TABLE kept.{0} AS SELECT last_value, is_called FROM public.{0}"
EMPTY, FILL = "DELETE FROM {0}", "INSERT INTO {0} ({1}) SELECT {1} FROM kept.{0}"
SET = "SELECT setval('{0}', last_value, is_called) FROM kept.{0}"
COLUMNS = """
SELECT string_agg(quote_ident(column_name), ', ') AS names FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'
"""
WATCH = """
CREATE SCHEMA kept;
CREATE TABLE kept.written_to (name text NOT NULL, at bigserial);
CREATE FUNCTION kept.note() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO kept.written_to (name) VALUES (TG_TABLE_NAME); RETURN NULL; END $$;
"""
NOTE = """
CREATE TABLE kept.{0} AS TABLE public.{0};
CREATE TRIGGER kept_row AFTER INSERT OR UPDATE OR DELETE ON public.{0} FOR EACH ROW EXECUTE FUNCTION kept.note();
CREATE TRIGGER kept_all AFTER TRUNCATE ON public.{0} FOR EACH STATEMENT EXECUTE FUNCTION kept.note();
"""


class InPostgresql:
    """A database, and a copy of each table beside it; its own triggers tell which rows were written and stayed so.

    A trigger is part of what it tells of: what is taken back leaves no note, and nobody else on the server is seen.
    """

    def __init__(self, url):
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection = psycopg.connect(address, autocommit=True, row_factory=dict_row)
        self._tables = {each["name"]: self.rows(COLUMNS, each["name"])[0]["names"] for each in self.rows(TABLES)}
        self._sequences = [each["name"] for each in self.rows(SEQUENCES)]
        self._connection.execute(WATCH)
        for name in self._tables:
            self._connection.execute(NOTE.format(name))
        for name in self._sequences:
            self._connection.execute(KEEP.format(name))
        self._seen = 0

    def close(self):
        self._connection.close()

    def rows(self, query, *given):
        return self._connection.execute(query.replace("?", "%s"), given or None).fetchall()

    def write(self, query, given):
        """Write a row as nobody in particular; give its key."""
        return self.rows(f"{query} RETURNING id", *given)[0]["id"]

    def dump(self):
        """Everything that the tables hold, as text; rows in no order but their own."""
        asked = "SELECT coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '') AS text FROM {0} t"
        return "\n".join(f"{name}\n{self.rows(asked.format(name))[0]['text']}" for name in self._tables)

    def changed(self):
        """Whether anything has been written since the last time this was asked."""
        before = self._seen
        self._seen = self.rows("SELECT coalesce(max(at), 0) AS at FROM kept.written_to")[0]["at"]
        return self._seen != before

    def restore(self):
        """Put back the tables that were written to: nobody's triggers, nor keys between tables, are asked."""
        written = [each["name"] for each in self.rows("SELECT DISTINCT name FROM kept.written_to")]
        with self._connection.transaction(), self._connection.pipeline():
            self._connection.execute("SET LOCAL session_replication_role = replica")
            for name in written:
                self._connection.execute(EMPTY.format(name))
                self._connection.execute(FILL.format(name, self._tables[name]))
            for name in self._sequences:
                self._connection.execute(SET.format(name))
            self._connection.execute("DELETE FROM kept.written_to")
        self._seen = 0


def keeping(url):
    """Give what keeps the database at the address."""
    return InSqlite(url) if url.startswith("sqlite") else InPostgresql(url)
