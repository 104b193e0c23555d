"""How gunicorn serves the product: one process with threads, which SQLite suits, or as many as WEB_PROCESSES says.

Each process makes the application for itself, never before it is forked (`preload_app`): the threads of the embedded
worker and of the nudger, and connections to the database, don't outlive a fork.
"""

import gc
import os
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

import config as settings
from app.logs import set_up
from app.setup import accounts
from app.web.measured import TOGETHER

bind = f"0.0.0.0:{settings.PORT}"
workers = settings.WEB_PROCESSES
preload_app = False
worker_class = "gthread"
threads = 8
graceful_timeout = 20
loglevel = "warning"
control_socket_disable = True  # it would lie in the user's home, one for all that the user runs; nobody asks it


def on_starting(_server: Any) -> None:
    """Give the processes a folder to count requests in together: each look at /metrics meets one of them."""
    if settings.METRICS_TOKEN:
        os.environ[TOGETHER] = mkdtemp(prefix="counts-")


def on_exit(_server: Any) -> None:
    """Take the folder away: counts begin anew with each start, as Prometheus expects."""
    if TOGETHER in os.environ:
        rmtree(os.environ[TOGETHER], ignore_errors=True)


def post_fork(_server: Any, _worker: Any) -> None:
    """Write the log as lines of JSON, and look for no garbage while everything is loaded: there is none."""
    set_up()
    gc.disable()


def post_worker_init(_worker: Any) -> None:
    """Look for garbage from now on, but never again among what is loaded and stays."""
    gc.freeze()
    gc.enable()


def when_ready(_server: Any) -> None:
    """Say where the product is, and in the demo who may log in."""
    print(f"\nAvviksflyt is running at {settings.BASE_URL}\n", flush=True)  # noqa: T201 - the terminal is the page
    if not settings.DEMO:
        return
    with Session(create_engine(settings.DATABASE_URL)) as session:
        lines = "\n".join(f"  {name:22} {who}" for name, who in accounts.listed(session).items())
    print(f"Accounts of the demo, all with the password “avviksflyt”:\n{lines}", flush=True)  # noqa: T201
    print(f"The mails it sends are read at {settings.BASE_URL}/demo/mail\nStop with Ctrl-C.", flush=True)  # noqa: T201
