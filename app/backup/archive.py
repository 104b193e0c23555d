"""The backup's file: a tar with a manifest, the database, and the installation's secret if that was asked for."""

from __future__ import annotations

import hmac
import io
import json
import os
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from hashlib import file_digest
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, func, inspect, select, table

from model import searching

FORMAT = 1
MANIFEST, DATABASE, SECRET = "manifest.json", "database", "secret_key"
BIGGEST_MANIFEST = 1_000_000
UNSAFE_MODE = 0o077


class CannotRestore(Exception):
    """The text says why, for whoever typed the command. Nothing was changed."""


class CannotBackUp(Exception):
    """The text says why, for whoever typed the command. No file was made."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the archive has: `rows` by table, `sha256` and `size` (bytes) of the database's file.

    `kind` is sqlite or postgresql, `schema` the migration it stands at, `made_at` in ISO 8601. `secret_mark` tells
    another secret from the one that signed its links, and doesn't tell the secret.
    """

    format: int
    version: str
    kind: str
    schema: str
    made_at: str
    rows: dict[str, int]
    sha256: str
    size: int
    secret_mark: str

    @classmethod
    def read(cls, text: bytes) -> Self:
        """Read one. Raises CannotRestore."""
        try:
            values: dict[str, Any] = json.loads(text)
            known = cls(**{each.name: values[each.name] for each in fields(cls)})
        except (ValueError, KeyError, TypeError) as fault:
            raise CannotRestore("This file's manifest can't be read: it is no backup of Avviksflyt.") from fault
        if known.format != FORMAT:
            raise CannotRestore("A newer version of Avviksflyt has made this backup. Install that version first.")
        return known


def counted(connection: Connection) -> dict[str, int]:
    """Count the rows of every table that there is; what SQLite's index for searching consists of has none to count."""
    names = sorted(each for each in inspect(connection).get_table_names() if not searching.is_index(each))
    return {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}


def mark(secret: str) -> str:
    """Give eight digits that are the same for the same secret."""
    return hmac.digest(secret.encode(), b"backup", "sha256").hex()[:8]


def digest(file: Path) -> str:
    """Give a file's SHA-256, in hex."""
    with file.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()


def pack(file: Path, manifest: Manifest, database: Path, secret: str | None) -> None:
    """Write the archive, for its owner's eyes alone; another file of the name is replaced only when all is written."""
    part = file.with_name(f"{file.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as out, tarfile.open(fileobj=out, mode="w") as tar:
            _add(tar, MANIFEST, json.dumps(asdict(manifest), indent=2).encode())
            tar.add(database, DATABASE, filter=_nobodys)
            if secret is not None:
                _add(tar, SECRET, secret.encode())
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, io.BytesIO(content))


def _nobodys(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info


def unpack(file: Path, folder: Path) -> tuple[Manifest, Path, str | None]:
    """Give manifest, database and secret of the archive; the database is put in the folder. Raises CannotRestore."""
    try:
        with tarfile.open(file, "r:") as tar:
            parts = {each.name: each for each in tar.getmembers() if each.isreg()}
            manifest = Manifest.read(_content(tar, parts, MANIFEST, BIGGEST_MANIFEST))
            secret = _content(tar, parts, SECRET, BIGGEST_MANIFEST).decode() if SECRET in parts else None
            database = folder / DATABASE
            _copy(tar, parts, database)
    except (tarfile.TarError, UnicodeDecodeError) as fault:
        raise CannotRestore("This file is no backup of Avviksflyt, or it is broken.") from fault
    if digest(database) != manifest.sha256:
        raise CannotRestore("The backup is damaged: its database isn't the one that its manifest tells of.")
    return manifest, database, secret


def _content(tar: tarfile.TarFile, parts: Mapping[str, tarfile.TarInfo], name: str, most: int) -> bytes:
    found = tar.extractfile(parts[name]) if name in parts and parts[name].size <= most else None
    if found is None:
        raise CannotRestore("This file is no backup of Avviksflyt: it lacks its manifest.")
    return found.read()


def _copy(tar: tarfile.TarFile, parts: Mapping[str, tarfile.TarInfo], place: Path) -> None:
    found = tar.extractfile(parts[DATABASE]) if DATABASE in parts else None
    if found is None:
        raise CannotRestore("This backup lacks its database.")
    with place.open("wb") as out:
        while block := found.read(1_000_000):
            out.write(block)
