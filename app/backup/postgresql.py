"""PostgreSQL's part of a backup: its own programs, on one snapshot out and in one transaction back."""

import os
import shutil
import subprocess  # pg_dump and psql, by our own words # nosec B404
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import create_engine, make_url, text, update
from sqlalchemy.orm import Session

from app.backup.archive import CannotBackUp, CannotRestore, Manifest, counted
from app.outbox import pausing
from model import OutgoingMail, schema, searching

HELD = "held"
"""Status of the mails that waited, from the restore's own transaction until the outbox is paused."""
EMPTY = """
SET lock_timeout = '30s';
DO $$ DECLARE each record; BEGIN
  FOR each IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('DROP TABLE public.%I CASCADE', each.name);
  END LOOP;
  FOR each IN SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public' LOOP
    EXECUTE format('DROP SEQUENCE public.%I CASCADE', each.name);
  END LOOP;
  FOR each IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e') LOOP
    EXECUTE format('DROP FUNCTION %s CASCADE', each.name);
  END LOOP;
END $$;
"""
COUNT = """
DO $$ BEGIN IF (SELECT count(*) FROM public."{name}") <> {count} THEN
  RAISE EXCEPTION 'table {name} has not the rows that the manifest tells of';
END IF; END $$;
"""
HOLD = f"UPDATE public.outgoing_mail SET status = '{HELD}' WHERE status = 'waiting';\n"  # noqa: S608 - a constant # nosec B608


def dump(url: str, place: Path) -> dict[str, int]:
    """Dump the database as it is at one moment, while others write; how many rows each table has at that moment."""
    if shutil.which("pg_dump") is None:
        raise CannotBackUp("The program pg_dump is missing: install PostgreSQL's client programs.")
    engine = create_engine(url, isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
            rows = counted(connection)
            options = ("--format=custom", "--no-owner", "--no-privileges", "--schema=public")
            done = _run(url, "pg_dump", *options, f"--snapshot={snapshot}", f"--file={place}")
    finally:
        engine.dispose()
    if done.returncode:
        raise CannotBackUp(f"pg_dump failed: {_last(done)}")
    return rows


def bring_back(url: str, copy: Path, manifest: Manifest, now: datetime) -> None:
    """Put the dump in the database's place in one transaction, bring it up and pause its outbox. Raises CannotRestore.

    Mails that waited are held from that transaction on, so that a worker that runs meanwhile finds none.
    """
    for program in ("pg_restore", "psql"):
        if shutil.which(program) is None:
            raise CannotRestore(f"The program {program} is missing: install PostgreSQL's client programs.")
    script = copy.with_name("script.sql")
    options = ("--no-owner", "--no-privileges", "--schema=public", f"--use-list={_wanted(url, copy)}")
    made = _run(url, "pg_restore", *options, f"--file={script}", str(copy))
    if made.returncode:
        raise CannotRestore(f"pg_restore failed: {_last(made)}")
    whole = script.with_name("whole.sql")
    with whole.open("wb") as out:
        out.write(EMPTY.encode())
        with script.open("rb") as content:
            shutil.copyfileobj(content, out)
        out.writelines(line.encode() for line in _endings(manifest))
    done = _run(
        url, "psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--file={whole}"
    )
    if done.returncode:
        raise CannotRestore(f"The database would not take the backup: {_last(done)}")
    schema.upgrade(url)
    _pause(url, manifest, now)


def _wanted(url: str, copy: Path) -> Path:
    """List what is brought back: all but the index for searching, whose extension this server may lack."""
    wanted = copy.with_name("wanted")
    lines = _run(url, "pg_restore", "--list", str(copy)).stdout.splitlines()
    wanted.write_text("\n".join(line for line in lines if f" {searching.INDEX} " not in line))
    return wanted


def _endings(manifest: Manifest) -> Iterator[str]:
    for name, count in manifest.rows.items():
        if not name.isidentifier():
            raise CannotRestore("The backup is damaged: its manifest names a table that can't be.")
        yield COUNT.format(name=name, count=int(count))
    yield HOLD


def _pause(url: str, manifest: Manifest, now: datetime) -> None:
    engine = create_engine(url)
    try:
        with Session(engine) as session, session.begin():
            pausing.pause(session, now, datetime.fromisoformat(manifest.made_at))
            session.execute(update(OutgoingMail).where(OutgoingMail.status == HELD).values(status="waiting"))
    finally:
        engine.dispose()


def _run(url: str, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs; the password isn't shown among the processes."""
    place = make_url(url)
    shown = place.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    secret = {"PGPASSWORD": str(place.password)} if place.password else {}
    command = [program, f"--dbname={shown}", *arguments] if program != "pg_restore" else [program, *arguments]
    environment = {**os.environ, **secret, "LC_MESSAGES": "C"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our words # nosec B603


def _last(done: subprocess.CompletedProcess[str]) -> str:
    """Give the first thing that it complained of."""
    return next(iter(done.stderr.strip().splitlines()), f"it ended with {done.returncode}")
