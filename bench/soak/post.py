"""A mail server on this machine that takes everything and remembers each mail's id."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.parser import BytesHeaderParser
from typing import Any

from aiosmtpd.smtp import SMTP


class Post:
    """`took` counts the mails by Message-ID."""

    def __init__(self) -> None:
        self.took: Counter[str] = Counter()

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 - its name there
        """Take it."""
        head = BytesHeaderParser(policy=policy.default).parsebytes(envelope.content)
        self.took[str(head["Message-ID"]).strip()] += 1
        return "250 OK"


@contextmanager
def running(post: Post) -> Iterator[str]:
    """Serve in a thread; gives the smtp:// address."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    serving = loop.create_server(lambda: SMTP(post, loop=loop), "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(serving, loop).result()
    try:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
