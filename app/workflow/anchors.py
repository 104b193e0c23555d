"""Anchors: where the journal's chain ended on a day, written down outside the database, one line of JSON each."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.workflow import prints
from app.workflow.sealing import Head

FILE = "anchors.jsonl"
LAST_LINE = 1000
"""Bytes at the end of the file that hold its last line."""


class Unreadable(ValueError):
    """A line of the file isn't an anchor."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The chain at a moment: how many seals, the last link, and a mark by which the secret is known again."""

    at: datetime
    seals: int
    chain: str
    secret: str


def anchor(end: Head, now: datetime) -> Anchor:
    """Make the anchor of the chain's end."""
    return Anchor(now, end.seals, end.chain, mark(prints.current_key()))


def mark(key: bytes) -> str:
    """Tell one secret from another, and nothing about either."""
    return prints.proof(key, ("secret",))[:8]


def line(each: Anchor) -> str:
    """Write an anchor as a line."""
    return json.dumps({"at": each.at.astimezone(UTC).isoformat(), **fields(each)})


def fields(each: Anchor) -> dict[str, str | int]:
    """Give what an anchor says beside its moment."""
    return {"seals": each.seals, "chain": each.chain, "secret": each.secret}


def write(file: Path, each: Anchor) -> None:
    """Add an anchor to the file, and let the disk have it. Raises OSError."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    with os.fdopen(handle, "a", encoding="utf-8") as out:
        out.write(f"{line(each)}\n")
        out.flush()
        os.fsync(out.fileno())


def read(file: Path) -> list[Anchor]:
    """Read every anchor; none where there is no file. Raises Unreadable, OSError."""
    if not file.exists():
        return []
    lines = file.read_text("utf-8", "replace").splitlines()
    return [_read(each, f"{file.name}, line {number}") for number, each in enumerate(lines, 1) if each.strip()]


def last(file: Path) -> Anchor | None:
    """Read the last anchor; None where there is none. Raises Unreadable, OSError."""
    if not file.exists():
        return None
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - LAST_LINE))
        lines = opened.read().decode("utf-8", "replace").split("\n")
    written = [each for each in lines if each.strip()]
    return _read(written[-1], file.name) if written else None


def _read(text: str, where: str) -> Anchor:
    try:
        said = json.loads(text)
        at = datetime.fromisoformat(said["at"])
        if at.tzinfo is None:
            raise Unreadable(where)
        return Anchor(at, int(said["seals"]), str(said["chain"]), str(said["secret"]))
    except (ValueError, KeyError, TypeError) as fault:
        raise Unreadable(where) from fault
