"""The virus scanner clamd, spoken to over a socket in its own words (INSTREAM)."""

import socket
import struct
from urllib.parse import urlsplit

CONNECTING = 3.0
ANSWERING = 20.0
"""Seconds; a worker that waits sends no mails."""
CHUNK = 1 << 16
LONGEST_ANSWER = 4096
PORT = 3310


class OutOfReach(Exception):
    """No scanner answers."""


class Unjudged(Exception):
    """The scanner answers, but can't judge this file; the argument is what it said."""


def scan(address: str, content: bytes) -> str:
    """Give the name of the virus in the content, "" for none.

    `address` is tcp://host:port or unix:///path. Raises OutOfReach, Unjudged.
    """
    try:
        with _connect(address) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                part = content[start : start + CHUNK]
                line.sendall(struct.pack("!L", len(part)) + part)
            line.sendall(struct.pack("!L", 0))
            return _read(_answer(line))
    except OSError as fault:
        raise OutOfReach(type(fault).__name__) from fault


def _connect(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "unix":
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(CONNECTING)
        line.connect(parts.path)
    else:
        line = socket.create_connection((parts.hostname or "localhost", parts.port or PORT), CONNECTING)
    line.settimeout(ANSWERING)
    return line


def _answer(line: socket.socket) -> str:
    """Read up to the end of the answer, which is a zero byte or the end of the line."""
    heard = b""
    while b"\0" not in heard and len(heard) < LONGEST_ANSWER:
        part = line.recv(LONGEST_ANSWER)
        if not part:
            break
        heard += part
    return heard.split(b"\0")[0].decode("utf-8", "replace").strip()


def _read(answer: str) -> str:
    """Read "stream: OK" and "stream: Eicar-Test-Signature FOUND"; nothing else means anything but a failure."""
    said = answer.partition(": ")[2]
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")
    if not answer:
        raise OutOfReach("nothing said")
    raise Unjudged(answer)
