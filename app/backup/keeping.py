"""Backing up and restoring, whichever the database is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import create_engine, func, inspect, select
from sqlalchemy.orm import Session

from app.backup import archive, postgresql, sqlite
from app.backup.archive import CannotBackUp, CannotRestore, Manifest
from model import LastCheck, Subject, schema

NAME = "backup"
"""Name of the row that tells of the last backup."""


def back_up(settings: Mapping[str, Any], file: Path, *, with_secret: bool) -> Manifest:
    """Write a backup of the installation to the file, while it runs. Raises CannotBackUp."""
    url, secret = str(settings["DATABASE_URL"]), str(settings["SECRET_KEY"])
    kind, now = _kind(url), datetime.now(UTC)
    standing = schema.current(url)
    if standing is None:
        raise CannotBackUp("The database has no tables yet, so there is nothing to back up.")
    if not file.absolute().parent.is_dir():
        raise CannotBackUp(f"There is no folder {file.absolute().parent}.")
    with TemporaryDirectory(dir=file.absolute().parent, prefix=".backup-") as folder:
        copy = Path(folder) / archive.DATABASE
        rows = (sqlite if kind == "sqlite" else postgresql).dump(url, copy)
        manifest = Manifest(
            format=archive.FORMAT,
            version=str(settings["VERSION"]),
            kind=kind,
            schema=standing,
            made_at=now.isoformat(),
            rows=rows,
            sha256=archive.digest(copy),
            size=copy.stat().st_size,
            secret_mark=archive.mark(secret),
        )
        archive.pack(file, manifest, copy, secret if with_secret else None)
    return manifest


def note(session: Session, manifest: Manifest) -> None:
    """Write down that there is a backup. The caller commits."""
    result = {"bytes": manifest.size, "sha256": manifest.sha256}
    session.merge(LastCheck(name=NAME, at=datetime.fromisoformat(manifest.made_at), result=result))


def restore(settings: Mapping[str, Any], file: Path, *, replace: bool) -> tuple[Manifest, str | None]:
    """Put the backup in the database's place, its outbox paused; give what it tells, and its secret if it has one.

    Raises CannotRestore: then nothing is changed.
    """
    url = str(settings["DATABASE_URL"])
    if not replace and _cases(url):
        raise CannotRestore("This database has cases. Say --replace to lose them, and all else that it has.")
    with TemporaryDirectory(dir=settings["VAR"], prefix=".restore-") as folder:
        manifest, copy, secret = archive.unpack(file, Path(folder))
        _check(manifest, _kind(url))
        (sqlite if manifest.kind == "sqlite" else postgresql).bring_back(url, copy, manifest, datetime.now(UTC))
    return manifest, secret


def _check(manifest: Manifest, kind: str) -> None:
    if manifest.kind != kind:
        raise CannotRestore(f"This is a backup of {manifest.kind}, and DATABASE_URL names {kind}.")
    known = schema.versions().walk_revisions()
    if manifest.schema not in {each.revision for each in known}:
        raise CannotRestore(f"A newer version has made this backup ({manifest.version}). Install that version first.")


def _kind(url: str) -> str:
    return "sqlite" if url.startswith("sqlite") else "postgresql"


def _cases(url: str) -> bool:
    """Whether the database has cases; one without tables, or that isn't there yet, has none."""
    if _kind(url) == "sqlite" and not sqlite.file_of(url).exists():
        return False
    engine = create_engine(url)
    try:
        with Session(engine) as session:
            there = inspect(engine).has_table(Subject.__tablename__)
            return there and bool(session.scalar(select(func.count()).select_from(Subject)))
    finally:
        engine.dispose()
