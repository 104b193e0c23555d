"""What opens a reporter's page: a link's token and a code that can be read aloud.

Both are made from the installation's secret, so neither is ever stored; only a digest of them is.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256

CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter in it is taken for another one."""
CODE_LENGTH = 16
MISREAD = str.maketrans("OIL", "011")


def new_salt() -> str:
    """Make a case's salt; another salt makes every earlier link and code worthless."""
    return secrets.token_urlsafe(24)


def token(secret: str, subject_id: int, salt: str) -> str:
    """Make the follow link's token: 256 bits, 43 letters that are safe in an address."""
    return urlsafe_b64encode(_hmac(secret, f"follow:{subject_id}:{salt}")).rstrip(b"=").decode()


def code(secret: str, subject_id: int, salt: str) -> str:
    """Make the code of somebody without an account: 80 bits in groups, `7K4M-Q2XP-9TRA-VW3E`."""
    bits = int.from_bytes(_hmac(secret, f"code:{subject_id}:{salt}"))
    return _grouped("".join(CODE_LETTERS[bits >> 5 * place & 31] for place in range(CODE_LENGTH)))


def again(
    make: Callable[[str, int, str], str], secrets: Sequence[str], subject_id: int, salt: str, kept: str | None
) -> str:
    """Make the token or code whose digest is `kept` once more: by the secret of now, or the one it was made with."""
    made = [make(secret, subject_id, salt) for secret in secrets]
    return next((each for each in made if digest(each) == kept), made[0])


def normal(typed: str) -> str:
    """Write a code as typed by a person the way `code` writes it; what is no code comes out as no code."""
    return _grouped(re.sub(r"[\s-]", "", typed[:100]).upper().translate(MISREAD))


def digest(text: str) -> str:
    """Give the SHA-256, in hex, that is kept of a token or code."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _hmac(secret: str, text: str) -> bytes:
    return hmac.digest(secret.encode(), text.encode(), "sha256")
