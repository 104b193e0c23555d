"""A real mail server on a free port that answers as it is told, and keeps what it took."""

import asyncio
import threading
from contextlib import contextmanager

from aiosmtpd.smtp import SMTP


class Told:
    """`rcpt` and `data` are the answers to RCPT and DATA; `hang` = DATA is never answered; `drop` = cut then."""

    def __init__(self, rcpt="250 OK", data="250 OK", *, hang=False, drop=False):
        self.rcpt, self.data, self.hang, self.drop = rcpt, data, hang, drop
        self.took = []
        self.answered = threading.Event()

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if self.rcpt.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802
        if self.data.startswith("2"):
            self.took.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        while self.hang:  # noqa: ASYNC110 - it is let go from another thread
            await asyncio.sleep(0.01)
        if self.drop:
            server.transport.abort()
        asyncio.get_running_loop().call_later(0.1, self.answered.set)
        return self.data


@contextmanager
def running(handler, **options):
    """Run the server in a thread; gives its smtp:// address."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    serve = loop.create_server(lambda: SMTP(handler, loop=loop, **options), "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(serve, loop).result()
    try:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
