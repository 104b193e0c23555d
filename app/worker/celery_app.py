"""The worker at scale: `celery -A app.worker.celery_app worker -B`. The broker carries nudges, never the truth."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from celery import Celery
from flask import Flask
from sqlalchemy.orm import Session

import config
from app.web.database import db
from app.worker import lease
from app.worker.tick import send, tick

EVERY = 5.0
"""Seconds between two ticks of the beat."""


@cache
def flask_app() -> Flask:
    """Make the application when a task first needs it; each process its own."""
    from app import create_app  # noqa: PLC0415 - this file is an entrance, like a command

    return create_app()


def configure(broker: str, queue: str) -> dict[str, Any]:
    """Give Celery's settings for a queue on a RabbitMQ (amqp://) or Redis (redis://) broker."""
    settings: dict[str, Any] = {
        "broker_url": broker,
        "broker_connection_retry_on_startup": True,
        "task_ignore_result": True,
        "task_acks_late": True,
        "task_default_queue": queue,
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "beat_scheduler": "celery.beat:Scheduler",
        "beat_schedule": {"tick": {"task": "tick", "schedule": EVERY, "options": {"expires": EVERY}}},
    }
    if broker.startswith("amqp"):
        settings |= {"task_default_queue_type": "quorum", "broker_transport_options": {"confirm_publish": True}}
    return settings


celery = Celery("avviksflyt")
celery.conf.update(configure(config.CELERY_BROKER_URL, config.CELERY_QUEUE))


@celery.task(name="deliver")
def deliver_task() -> int:
    """Send what waits."""
    done = 0
    with flask_app().app_context():
        while claimed := send():
            done += claimed
    return done


@celery.task(name="tick")
def tick_task() -> int:
    """Fire what is due and send what waits, unless another process is at it."""
    holder, done = lease.new_holder(), 0
    while _taken(holder) and (did := tick(flask_app(), alive=lambda: _taken(holder))):
        done += did
    with flask_app().app_context(), Session(db.engine) as session, session.begin():
        lease.release(session, holder, datetime.now(UTC))
    return done


def _taken(holder: str) -> bool:
    with flask_app().app_context(), Session(db.engine) as session, session.begin():
        return lease.take(session, holder, datetime.now(UTC))
