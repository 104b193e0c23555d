"""The ID token: signed by the provider's key, made for us, for this very login, and not too old."""

from collections.abc import Mapping
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

ALGORITHMS = ("RS256", "ES256", "EdDSA")
"""What a provider may sign with. Asymmetric alone: its public key is then no secret to sign with."""
KEY_TYPES = ("RSA", "EC", "OKP")
LEEWAY = 60
"""Seconds by which two clocks may differ."""
LONGEST_SUB = 255


def key_set(document: Mapping[str, Any]) -> KeySet:
    """Read the provider's published keys; those of kinds that we don't take are left out. Raises ValueError."""
    keys = document.get("keys")
    if not isinstance(keys, list):
        raise ValueError("no keys")  # noqa: TRY004 - the provider's fault, told with its others
    ours = [key for key in keys if isinstance(key, dict) and key.get("kty") in KEY_TYPES and key.get("use") != "enc"]
    return KeySet.import_key_set({"keys": ours})


def read(token: str, keys: KeySet, *, issuer: str, client_id: str, nonce: str, access_token: str) -> dict[str, Any]:
    """Give the claims of a token that holds. Raises JoseError or ValueError for any other.

    Authlib looks at times, nonce, azp and at_hash; that the token is made for us and by the issuer that was
    configured, not merely the one that the provider calls itself, is asked of it here.
    """
    decoded = jwt.decode(token, keys, registry=JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False))
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "values": [client_id]}},
        {"nonce": nonce, "client_id": client_id, "access_token": access_token},
    )
    claims.validate(leeway=LEEWAY)
    sub = claims["sub"]
    if not isinstance(sub, str) or not 0 < len(sub) <= LONGEST_SUB:
        raise ValueError("sub")
    return dict(claims)
