"""The way to the mail server: one connection for a batch, and what its answers mean for a mail."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Timer
from typing import Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

from app.outbox.compose import plain

PATIENCE = 20.0
"""Seconds for one answer of the server, and for all of one mail."""
PERMANENT = 500
FAULT_LENGTH = 500

Outcome = Literal["sent", "again", "dead"]


class UnreachableError(Exception):
    """No mail server took the connection, greeted, secured and let us in."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one mail; `fault` is the server's answer, or what happened instead of one."""

    outcome: Outcome
    fault: str = ""


class Server:
    """The server at `smtp://user:password@host:port`, `smtps://…` or with `?starttls=1`.

    Raises UnreachableError. With `starttls` nothing is sent to a server that can't, or has another's certificate.
    """

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        self._url = url
        self._patience = patience
        self._open: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        self._open = self._connect()
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def send(self, sender: str, receiver: str, mail: bytes) -> Verdict:
        """Give the server one mail for one receiver; a connection that was lost is made anew first."""
        if self._open is None or self._open.sock is None:
            self._open = self._connect()
        try:
            with _bounded(self._open, self._patience):
                self._open.sendmail(sender, [receiver], mail)
        except smtplib.SMTPRecipientsRefused as refused:
            code, answer = refused.recipients[receiver]
            return _verdict(code, answer)
        except smtplib.SMTPSenderRefused as refused:
            return Verdict("again", _said(refused.smtp_code, refused.smtp_error))
        except smtplib.SMTPResponseException as refused:
            return _verdict(refused.smtp_code, refused.smtp_error)
        except (OSError, smtplib.SMTPException) as fault:
            self._close()
            return Verdict("again", f"the connection broke: {type(fault).__name__}")
        return Verdict("sent")

    def _connect(self) -> smtplib.SMTP:
        try:
            return _login(self._url, self._patience)
        except smtplib.SMTPResponseException as refused:
            raise UnreachableError(_said(refused.smtp_code, refused.smtp_error)) from refused
        except (OSError, smtplib.SMTPException) as fault:
            raise UnreachableError(f"no mail server: {type(fault).__name__}") from fault

    def _close(self) -> None:
        if self._open is not None:
            with suppress(OSError, smtplib.SMTPException), _bounded(self._open, self._patience):
                self._open.quit()  # closes the connection, however it ends
        self._open = None


def _login(url: str, patience: float) -> smtplib.SMTP:
    parts = urlsplit(url)
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(timeout=patience, context=context)
    else:
        server = smtplib.SMTP(timeout=patience)
    # The name that the certificate must have; the library knows it only when it connects unbounded, at once.
    server._host = parts.hostname or ""  # type: ignore[attr-defined]  # noqa: SLF001
    try:
        with _bounded(server, patience):
            server.connect(parts.hostname or "", parts.port or (465 if parts.scheme == "smtps" else 25))
            if parse_qs(parts.query).get("starttls") == ["1"]:
                server.starttls(context=context)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


@contextmanager
def _bounded(server: smtplib.SMTP, seconds: float) -> Iterator[None]:
    """Cut the connection after so long: a server that sends a byte now and then would never time out."""
    timer = Timer(seconds, _cut, [server])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(server: smtplib.SMTP) -> None:
    if server.sock is not None:
        with suppress(OSError):
            server.sock.shutdown(socket.SHUT_RDWR)


def _verdict(code: int, answer: bytes | str) -> Verdict:
    return Verdict("dead" if code >= PERMANENT else "again", _said(code, answer))


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return plain(f"{code} {text}")[:FAULT_LENGTH]
