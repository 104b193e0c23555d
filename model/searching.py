"""The index that a search looks into: a row's words in pieces of three letters, so that any part of a word is found.

SQLite keeps it in a table of FTS5, in step by triggers; it has no text of its own and no places, only which row has
which piece. PostgreSQL keeps it as an index of pg_trgm over a function of the row; without that extension everything
works, but a search reads every case. It finds more than a reader may: whoever asks it narrows the rows by sight.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, event, table

from model.case import Subject

TABLE, VIEW, FUNCTION, INDEX = "subject_search", "subject_words", "subject_words", "ix_subject_search"
COLUMNS = ("number", "title", "description", "language", "severity", "reporter_kind", "answers")
"""What the index is made of."""

index = table(TABLE)
"""SQLite's; kept out of the metadata, which has tables of rows."""

_TEXTS = " || ' ' || ".join(f"coalesce({name}, '')" for name in COLUMNS[:-1])
_ANSWERS = "(SELECT group_concat(atom, ' ') FROM json_tree(answers) WHERE atom IS NOT NULL)"
_IN_LINE = f"' ' || {_TEXTS} || ' ' || coalesce({_ANSWERS}, '')"
for _white in (9, 10, 13):
    _IN_LINE = f"replace({_IN_LINE}, char({_white}), ' ')"
# Two spaces before each word make pieces of how it begins: a word of one or two letters is found by them.
_SQLITE = (
    f"CREATE VIEW {VIEW} AS SELECT id, replace({_IN_LINE}, ' ', '  ') AS words FROM subject",  # noqa: S608 - our own names # nosec B608
    f"CREATE VIRTUAL TABLE {TABLE} USING fts5(words, content='', tokenize='trigram', detail=none, columnsize=0)",
    f"INSERT INTO {TABLE}(rowid, words) SELECT id, words FROM {VIEW}",  # noqa: S608 - our own names # nosec B608
)
_CHANGED = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in COLUMNS)
_WORDS_OF = f"words FROM {VIEW} WHERE id ="
_OUT = f"INSERT INTO {TABLE}({TABLE}, rowid, words) SELECT 'delete', id, {_WORDS_OF} OLD.id"
_IN = f"INSERT INTO {TABLE}(rowid, words) SELECT id, {_WORDS_OF} NEW.id"
_TRIGGERS = {
    "subject_is_found": ("AFTER INSERT", "", _IN),
    "subject_is_found_no_more": ("BEFORE DELETE", "", _OUT),
    "subject_was_found_by": (f"BEFORE UPDATE OF {', '.join(COLUMNS)}", f"WHEN {_CHANGED}", _OUT),
    "subject_is_found_by": (f"AFTER UPDATE OF {', '.join(COLUMNS)}", f"WHEN {_CHANGED}", _IN),
}

_PIECES = 'jsonb_path_query_array(answers, \'strict $.** ? (@.type() != "object" && @.type() != "array")\')::text'
# As JSON writes them: what it puts a backslash before, and the signs around a list's words, become spaces. That takes
# longer than all else, so it is done with the answers alone.
_PLAIN = rf"translate(replace(replace(replace({_PIECES}, '\\', ' '), '\n', ' '), '\t', ' '), '\"[],', '     ')"
_SPACED = rf"replace(replace(' ' || {_TEXTS} || ' ', E'\n', ' '), E'\t', ' ')"
SPACES = '\t\r\n"[],\\'
"""Signs that PostgreSQL's index has a space for."""

_POSTGRESQL = f"""
CREATE FUNCTION {FUNCTION}(number text, title text, description text, language text, severity text, reporter_kind text,
  answers jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT {_SPACED} || {_PLAIN} $$
"""
_EXTEND = """
DO $$ BEGIN CREATE EXTENSION IF NOT EXISTS pg_trgm;
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR unique_violation THEN
  RAISE NOTICE 'pg_trgm is missing: a search reads every case';
END $$
"""
_INDEX = f"""
DO $$ DECLARE place name; BEGIN
  SELECT nspname INTO place FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'pg_trgm';
  IF place IS NOT NULL AND to_regprocedure('{FUNCTION}(text,text,text,text,text,text,jsonb)') IS NOT NULL THEN
    EXECUTE format('CREATE INDEX IF NOT EXISTS {INDEX} ON subject USING gin'
      ' ({FUNCTION}({", ".join(COLUMNS)}) %I.gin_trgm_ops)', place);
  END IF;
END $$
"""  # noqa: S608 - our own names # nosec B608
OPTIMIZED = f"INSERT INTO {TABLE}({TABLE}) VALUES ('optimize')"  # noqa: S608 - our own names # nosec B608
"""Writes SQLite's index anew without what was taken out, which it otherwise keeps for a while."""


def statements(dialect: str) -> Iterator[str]:
    """Give what makes the index, of the rows that there are."""
    if dialect == "postgresql":
        yield from (_POSTGRESQL, _EXTEND, _INDEX)
        return
    yield from _SQLITE
    for name, (when, only, done) in _TRIGGERS.items():
        yield f"CREATE TRIGGER {name} {when} ON subject {only} BEGIN {done}; END"


def lifting(dialect: str) -> Iterator[str]:
    """Give what takes the index away; the extension may serve others."""
    if dialect == "postgresql":
        yield f"DROP INDEX IF EXISTS {INDEX}"
        yield f"DROP FUNCTION {FUNCTION}"
        return
    yield from (f"DROP TRIGGER {name}" for name in _TRIGGERS)
    yield f"DROP TABLE {TABLE}"
    yield f"DROP VIEW {VIEW}"


def is_index(name: str | None) -> bool:
    """Whether the database's table or index of that name is part of it, and so no table of the product's."""
    return name == INDEX or (name or "").startswith(TABLE)


def make(connection: Connection) -> None:
    """Make the index of the rows that there are."""
    _run(connection, statements(connection.dialect.name))


def lift(connection: Connection) -> None:
    """Take the index away."""
    _run(connection, lifting(connection.dialect.name))


def ensure(connection: Connection) -> None:
    """Make PostgreSQL's index where it is missing and pg_trgm is there, or may be made."""
    if connection.dialect.name == "postgresql":
        _run(connection, (_EXTEND, _INDEX))


def _run(connection: Connection, those: Iterable[str]) -> None:
    for statement in those:
        connection.exec_driver_sql(statement.replace("%", "%%"))


@event.listens_for(Subject.__table__, "after_create")
def _make(_table: object, connection: Connection, **_options: object) -> None:
    make(connection)
