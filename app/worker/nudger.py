"""In a web process with a broker: passes the nudge on to Celery, from a thread that no request waits for."""

from threading import Thread

import structlog
from flask import Flask
from kombu.exceptions import OperationalError

from app.worker import nudge
from app.worker.celery_app import celery, configure, deliver_task

log = structlog.get_logger()
ONCE_MORE = {"max_retries": 1, "interval_start": 0}
"""A connection kept from before the broker was away is made anew; without a retry it would stay broken."""
reached: bool | None = None
"""Whether this process's last nudge got through; None before the first."""


def start(app: Flask) -> None:
    """Pass on every nudge while the process lives."""
    celery.conf.update(configure(app.config["CELERY_BROKER_URL"], app.config["CELERY_QUEUE"]))
    Thread(target=_pass_on, name="nudger", daemon=True).start()


def _pass_on() -> None:
    global reached  # noqa: PLW0603 - one thread writes it
    while nudge.mails.wait():
        nudge.mails.clear()
        try:
            deliver_task.apply_async(retry=True, retry_policy=ONCE_MORE, expires=60)
            reached = True
        except (OperationalError, OSError) as fault:
            reached = False
            log.warning("nudge_failed", fault=type(fault).__name__)  # the beat finds the mails anyway
