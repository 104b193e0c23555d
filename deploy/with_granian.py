"""How Granian serves the product, where requirements-granian.txt is installed: `python -m deploy.with_granian`.

The same application, threads, patience and settings as under gunicorn (deploy/gunicorn.py), which is the usual way.
SIGHUP begins its processes anew, each before the old one ends; SIGTERM lets them answer what they have.
"""

import gc
import os
from collections.abc import Callable
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from granian import Granian
from granian.constants import Interfaces

import config as settings
from app.logs import set_up
from app.web.measured import TOGETHER

THREADS = 8
GRACE = 20
"""Seconds in which a process that is told to stop answers what it has."""


def make() -> Callable[..., Any]:
    """Make the application in a process that serves it: while it loads there is no garbage to look for."""
    from app import create_app  # noqa: PLC0415 - the first process serves nothing, and needs none of it

    set_up()
    gc.disable()
    product = create_app()
    gc.freeze()
    gc.enable()
    return product.wsgi_app


def main() -> None:
    """Serve until told to stop."""
    if settings.METRICS_TOKEN:
        os.environ[TOGETHER] = mkdtemp(prefix="counts-")
    server = Granian(
        f"{__spec__.name}:make",
        factory=True,
        interface=Interfaces.WSGI,
        address="0.0.0.0",
        port=settings.PORT,
        workers=settings.WEB_PROCESSES,
        blocking_threads=THREADS,
        workers_kill_timeout=GRACE,
        respawn_failed_workers=True,
        log_level="warning",
        websockets=False,
    )
    print(f"\nAvviksflyt is running at {settings.BASE_URL}\n", flush=True)  # noqa: T201 - the terminal is the page
    try:
        server.serve()
    finally:
        if TOGETHER in os.environ:
            rmtree(os.environ[TOGETHER], ignore_errors=True)


if __name__ == "__main__":
    main()
