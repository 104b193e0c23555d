"""What a row of the journal proves about itself: prints of what may be erased later, and a digest over the rest.

A print is made with a salt of its own. Erasing takes the salt away, so that nobody, not even whoever has the secret,
can try out which name it was; the print stays, so that the digest, made with the installation's secret, still holds.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any, Protocol

from app.outbox.settings import Settings
from model import JournalEntry

FORGOTTEN = "forgotten"
SCAR: Mapping[str, Any] = {FORGOTTEN: True}
"""Stands in a row's answers where a field was erased for good."""
MARK = "██"
"""Stands in a text where words were taken out."""
REWRITTEN = "rewritten "
"""Begins what stands in the salt's place once words were taken out of the part; how many times follows."""
ACTOR, TRACE = "actor", "trace"
ANSWER, MAIL = "answers.", "mails."
LENGTH = 32
"""Hexadecimal digits of a salt and of a print: 128 bits."""
FRACTION = re.compile(r"\d[.e]")
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class Row(Protocol):
    """What is proved of a row, whether it is an object or came from a query for columns."""

    subject_id: Any
    case_id: Any
    ordinal: Any
    at: Any
    actor_id: Any
    actor_as: Any
    event: Any
    transition: Any
    flow: Any
    from_state: Any
    to_state: Any
    edition_id: Any
    round: Any
    answers: Any
    trace: Any
    mails: Any


@cache
def key_of(secret: str) -> bytes:
    """Make the key of the journal's proofs from the installation's secret."""
    return hmac.digest(secret.encode(), b"journal", "sha256")


def current_key() -> bytes:
    """Give the key of this installation."""
    return key_of(Settings.current().secret)


def keys() -> tuple[bytes, ...]:
    """Give every key that this installation has had, the oldest first."""
    return tuple(key_of(secret) for secret in reversed(Settings.current().secrets))


def prove(entry: JournalEntry) -> None:
    """Give a new row, complete otherwise, its salts, prints and digest."""
    parts = printed(entry)
    entry.salts = {name: secrets.token_hex(LENGTH // 2) for name in parts}
    entry.prints = {name: print_of(entry.salts[name], name, value) for name, value in parts.items()}
    entry.digest = digest_of(current_key(), entry, entry.prints)


def unsalt(entry: JournalEntry, names: Iterable[str]) -> None:
    """Let these prints of a row tell nothing any more: what they were made of is being erased."""
    gone = set(names)
    if entry.salts is not None and gone:
        entry.salts = {name: salt for name, salt in entry.salts.items() if name not in gone}


def rewritten(entry: JournalEntry, names: Iterable[str]) -> None:
    """Let these prints of a row tell nothing any more: words are being taken out of what they were made of."""
    for name in names if entry.salts is not None else ():
        before = (entry.salts or {}).get(name, "")
        times = int(before.removeprefix(REWRITTEN)) if before.startswith(REWRITTEN) else 0
        entry.salts = {**(entry.salts or {}), name: f"{REWRITTEN}{times + 1}"}


def printed(row: Row) -> dict[str, Any]:
    """Name what of a row has a print of its own."""
    parts = {f"{ANSWER}{name}": value for name, value in row.answers.items()} if row.answers else {}
    for place, mail in enumerate(row.mails or ()):
        parts[f"{MAIL}{place}"] = mail.get("to")
    if row.trace:
        parts[TRACE] = row.trace
    parts[ACTOR] = row.actor_id
    return parts


def is_scar(name: str, value: Any) -> bool:
    """Whether that is what erasing leaves of the part."""
    if name.startswith(ANSWER):
        return bool(value == SCAR)
    return value == "" if name.startswith(MAIL) else name == ACTOR and value is None


def print_of(salt: str, name: str, value: Any) -> str:
    """Make the print of a part. It needs no secret: the digest over the prints has it, and the salt hides the value."""
    return sha256(_bytes(f"{salt}{name}\0{canonical(value)}")).hexdigest()[:LENGTH]


def digest_of(key: bytes, row: Row, prints: Mapping[str, str]) -> str:
    """Make the digest of everything in a row that is never erased, and of its prints."""
    at: datetime = row.at
    kept = (
        *(row.subject_id, row.case_id, row.ordinal, at.astimezone(UTC).isoformat()),
        "" if row.actor_as in (None, FORGOTTEN) else row.actor_as,
        *(row.event, row.transition, row.flow, row.from_state, row.to_state, row.edition_id, row.round),
        *(f"{name} {prints[name]}" for name in sorted(prints)),
        *(
            f"{place} {name} {mail[name]}"
            for place, mail in enumerate(row.mails or ())
            for name in sorted(mail)
            if name != "to"
        ),
    )
    return proof(key, kept)


def proof(key: bytes, said: Iterable[Any]) -> str:
    """Prove several things, in this order, with the secret."""
    return hmac.digest(key, "\0".join(map(ascii, said)).encode(), "sha256").hex()


def canonical(value: Any) -> str:
    """Write a value the one way it is written, whichever database it has been kept in: to PostgreSQL 1.0 is 1."""
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None or isinstance(value, int):
        return str(value)
    text = _encode(value)
    return _encode(json.loads(text, parse_float=_number)) if FRACTION.search(text) else text


def _number(text: str) -> float:
    number = float(text)
    return int(number) if number.is_integer() else number


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
