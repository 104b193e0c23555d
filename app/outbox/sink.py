"""The demo's mail server: takes every mail over a real socket and keeps it as a file that a page shows."""

import asyncio
import re
import time
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from secrets import token_hex
from threading import Thread
from typing import Any

KEPT = 500
NAME = re.compile(r"[0-9]{20}-[0-9a-f]{8}")


class Mailbox:
    """A folder with the newest mails, one file each, named so that names sort by time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, mail: bytes) -> None:
        """Store a mail and drop the oldest beyond KEPT."""
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"{time.time_ns():020d}-{token_hex(4)}"
        half = self._folder / f".{name}"
        half.write_bytes(mail)
        half.rename(self._file(name))
        for old in self.names()[KEPT:]:
            self._file(old).unlink(missing_ok=True)

    def names(self) -> list[str]:
        """Names of the mails, newest first."""
        stems = (file.stem for file in self._folder.glob("*.eml"))
        return sorted((stem for stem in stems if NAME.fullmatch(stem)), reverse=True)

    def read(self, name: str) -> EmailMessage | None:
        """Read one mail; None if there is none of that name."""
        if not NAME.fullmatch(name) or not self._file(name).exists():
            return None
        read: EmailMessage = BytesParser(policy=policy.default).parsebytes(self._file(name).read_bytes())
        return read

    def newest(self) -> Iterator[tuple[str, EmailMessage]]:
        """Read each mail with its name, newest first."""
        for name in self.names():
            mail = self.read(name)
            if mail is not None:
                yield name, mail

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.eml"


class Sink:
    """A mail server on this machine alone, in a thread of its own, that puts all it is given in a mailbox."""

    def __init__(self, mailbox: Mailbox, port: int = 0) -> None:
        from aiosmtpd.smtp import SMTP  # noqa: PLC0415 - the demo's alone

        self._mailbox = mailbox
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="demo-mail", daemon=True)
        self._thread.start()
        serve = self._loop.create_server(lambda: SMTP(self, loop=self._loop), "127.0.0.1", port)
        self._server = asyncio.run_coroutine_threadsafe(serve, self._loop).result()
        self.url = f"smtp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        """Keep a mail that came in."""
        self._mailbox.keep(envelope.content)
        return "250 Kept"

    def stop(self) -> None:
        """Close the door and end the thread."""
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
