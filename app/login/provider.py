"""The provider: its discovery document and keys, the way there, and what it says about who came back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from app.login import tokens
from app.login.refused import Refused

DISCOVERY = "/.well-known/openid-configuration"
PATIENCE = 10
"""Seconds to wait for an answer."""
FRESH = 3600
"""Seconds for which discovery document and keys are kept; a key that isn't among them is asked for at once."""
LONGEST_HINT = 1500
"""Characters of an ID token that still fit in the session's cookie."""


class Provider:
    """One OpenID provider, and us as its client."""

    def __init__(self, issuer: str, client_id: str, secret: str, scopes: str) -> None:
        self.issuer, self.client_id, self._secret, self._scopes = issuer, client_id, secret, scopes
        self._known: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._read_at = 0.0

    def way_there(self, back: str, state: str, nonce: str, verifier: str) -> str:
        """Address at which the provider asks somebody to log in. Raises Refused when it can't be reached."""
        address = self._endpoint("authorization_endpoint")
        with self._session(back) as session:
            url, _ = session.create_authorization_url(address, state=state, nonce=nonce, code_verifier=verifier)
        return str(url)

    def claims(self, code: str, back: str, nonce: str, verifier: str, wanted: Iterable[str]) -> dict[str, Any]:
        """Exchange the code for what the provider says: the ID token's claims, and those of `wanted` it lacks.

        Its key `id_token` holds the token as it came. Raises Refused.
        """
        with self._session(back) as session:
            try:
                granted = session.fetch_token(self._endpoint("token_endpoint"), code=code, code_verifier=verifier)
            except AuthlibBaseError as fault:
                raise Refused("untrusted", str(fault.error)) from fault
            except RequestException as fault:
                raise _away(fault) from fault
            except (ValueError, TypeError, KeyError) as fault:
                raise Refused("untrusted", "token answer") from fault
            token = granted.get("id_token")
            if not isinstance(token, str):
                raise Refused("untrusted", "no id_token")
            told = self._checked(token, nonce, str(granted.get("access_token", "")))
            if any(name and name not in told for name in wanted):
                told = {**self._more(session, told["sub"]), **told}
        return {**told, "id_token": token}

    def way_out(self, hint: str, after: str) -> str:
        """Address at which the provider ends its own session, and leads back to `after`; empty where it has none."""
        address = self._document().get("end_session_endpoint")
        if not isinstance(address, str) or not self._is_safe(address):
            return ""
        given = {"client_id": self.client_id, "post_logout_redirect_uri": after}
        if len(hint) <= LONGEST_HINT:
            given["id_token_hint"] = hint
        return f"{address}{'&' if '?' in address else '?'}{urlencode(given)}"

    def _checked(self, token: str, nonce: str, access_token: str) -> dict[str, Any]:
        given = {"issuer": self.issuer, "client_id": self.client_id, "nonce": nonce, "access_token": access_token}
        try:
            try:
                return tokens.read(token, self._key_set(), **given)
            except InvalidKeyIdError:
                self._keys = None  # the provider may have changed its keys since
                return tokens.read(token, self._key_set(), **given)
        except (JoseError, ValueError, TypeError, KeyError) as fault:
            raise Refused("untrusted", str(getattr(fault, "claim", "")) or type(fault).__name__) from fault

    def _more(self, session: OAuth2Session, sub: str) -> Mapping[str, Any]:
        """Give what the user info tells besides, if it is about the same person."""
        if "userinfo_endpoint" not in self._document():
            return {}
        told = self._get(session, self._endpoint("userinfo_endpoint"), withhold_token=False)
        if told.get("sub") != sub:
            raise Refused("untrusted", "userinfo")
        return told

    def _document(self) -> Mapping[str, Any]:
        """Give the discovery document, from memory while it is fresh."""
        if not self._known or time.monotonic() - self._read_at > FRESH:
            with self._session() as session:
                told = self._get(session, self.issuer.rstrip("/") + DISCOVERY)
            if told.get("issuer") != self.issuer:
                raise Refused("untrusted", "issuer of the discovery document")
            self._known, self._keys, self._read_at = told, None, time.monotonic()
        return self._known

    def _key_set(self) -> KeySet:
        address = self._endpoint("jwks_uri")
        if self._keys is None:
            with self._session() as session:
                self._keys = tokens.key_set(self._get(session, address))
        return self._keys

    def _endpoint(self, name: str) -> str:
        address = self._document().get(name)
        if not isinstance(address, str) or not self._is_safe(address):
            raise Refused("untrusted", name)
        return address

    def _is_safe(self, address: str) -> bool:
        """Whether the address is as well guarded on its way as the issuer's own."""
        return urlsplit(address).scheme in ("https", urlsplit(self.issuer).scheme)

    def _session(self, back: str | None = None) -> OAuth2Session:
        methods = self._known.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        session = OAuth2Session(
            self.client_id,
            self._secret,
            scope=self._scopes,
            redirect_uri=back,
            token_endpoint_auth_method=method,
            code_challenge_method="S256",
            default_timeout=PATIENCE,
        )
        session.max_redirects = 0  # what the provider names is asked itself, and nobody whom an answer names
        return session

    @staticmethod
    def _get(session: OAuth2Session, address: str, *, withhold_token: bool = True) -> dict[str, Any]:
        try:
            answer = session.get(address, withhold_token=withhold_token)
            answer.raise_for_status()
            told = answer.json()
        except (RequestException, AuthlibBaseError) as fault:
            raise _away(fault) from fault
        if not isinstance(told, dict):
            raise Refused("untrusted", "no object")
        return told


def _away(fault: Exception) -> Refused:
    return Refused("away", type(fault).__name__, HTTPStatus.SERVICE_UNAVAILABLE)
