"""What a row of the journal proves about itself: prints of what may be erased later, and a digest over the rest.

A print is made with a salt of its own. Erasing takes the salt away, so that nobody, not even whoever has the secret,
can try out which name it was; the print stays, so that the digest, made with the installation's secret, still holds.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from functools import cache
from hashlib import sha256
from json.encoder import encode_basestring
from operator import attrgetter
from typing import Any

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


KEPT = (
    *("subject_id", "case_id", "ordinal", "at", "actor_as", "event", "transition"),
    *("flow", "from_state", "to_state", "edition_id", "round"),
)
"""What is never erased of a row, in the order in which its digest proves it."""
_kept_of = attrgetter(*KEPT)


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
    parts = printed(entry.answers, entry.mails, entry.trace, entry.actor_id)
    entry.salts = {name: secrets.token_hex(LENGTH // 2) for name in parts}
    entry.prints = {name: print_of(entry.salts[name], name, value) for name, value in parts.items()}
    entry.digest = digest_of(current_key(), _kept_of(entry), entry.mails, entry.prints)


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


def printed(
    answers: Mapping[str, Any] | None, mails: Sequence[Mapping[str, Any]] | None, trace: Any, actor: int | None
) -> dict[str, Any]:
    """Name what of a row has a print of its own."""
    parts = {ANSWER + name: value for name, value in answers.items()} if answers else {}
    if mails:
        for place, mail in enumerate(mails):
            parts[f"{MAIL}{place}"] = mail.get("to")
    if trace:
        parts[TRACE] = trace
    parts[ACTOR] = actor
    return parts


def is_scar(name: str, value: Any) -> bool:
    """Whether that is what erasing leaves of the part."""
    if name.startswith(ANSWER):
        return bool(value == SCAR)
    return value == "" if name.startswith(MAIL) else name == ACTOR and value is None


def print_of(salt: str, name: str, value: Any) -> str:
    """Make the print of a part. It needs no secret: the digest over the prints has it, and the salt hides the value."""
    said = encode_basestring(value) if isinstance(value, str) else canonical(value)
    return sha256(f"{salt}{name}\0{said}".encode(errors="surrogatepass")).hexdigest()[:LENGTH]


def digest_of(
    key: bytes, kept: Sequence[Any], mails: Sequence[Mapping[str, Any]] | None, prints: Mapping[str, str]
) -> str:
    """Make the digest of what is kept of a row, in the order of KEPT, of its mails but for whom, and its prints."""
    subject, case, ordinal, at, actor_as, *rest = kept
    said = [subject, case, ordinal, at.astimezone(UTC).isoformat(), "" if actor_as in (None, FORGOTTEN) else actor_as]
    said += rest
    said += [f"{name} {prints[name]}" for name in sorted(prints)]
    for place, mail in enumerate(mails) if mails else ():
        said += [f"{place} {name} {mail[name]}" for name in sorted(mail) if name != "to"]
    return proof(key, said)


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
