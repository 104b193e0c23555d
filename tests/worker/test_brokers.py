"""Celery with a real RabbitMQ and a real Redis: a commit's nudge, and the beat, have a mail delivered."""

import os
import subprocess
import sys
from contextlib import contextmanager
from uuid import uuid4

import pytest
from amqp.exceptions import PreconditionFailed
from kombu import Connection

from app.worker.celery_app import configure
from tests.outbox.server import Told, running

BROKERS = {
    "rabbitmq": os.environ.get("RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//"),
    "redis": os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"),
}


@pytest.fixture(params=BROKERS)
def broker(request):
    """Its address and the name of a queue that is gone afterwards."""
    address, queue = BROKERS[request.param], f"test-{uuid4().hex}"
    try:
        with Connection(address, connect_timeout=3) as connection:
            connection.connect()
    except OSError:
        if os.environ.get("CI_STRICT"):
            raise
        pytest.skip(f"no {request.param} here")
    yield address, queue
    with Connection(address) as connection:
        channel = connection.channel()
        channel.queue_delete(queue)
        if address.startswith("redis"):
            channel.client.delete(f"_kombu.binding.{queue}", f"_kombu.binding_permanent.{queue}")


@pytest.fixture
def environment(folder, broker):
    return {
        **os.environ,
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'test.db'}",
        "SECRET_KEY": "secret",
        "DEMO": "0",
        "CELERY_BROKER_URL": broker[0],
        "CELERY_QUEUE": broker[1],
    }


@contextmanager
def celery(environment, *options):
    command = [sys.executable, "-m", "celery", "-A", "app.worker.celery_app", "worker", "-c", "1", *options]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def delivered(environment, web, *options):
    """Write a mail in a web process and have Celery send it; how many mails arrived."""
    handler = Told()
    with running(handler) as url, celery(environment | {"SMTP_URL": url}, *options):
        subprocess.run([sys.executable, "-m", "tests.worker.process"], env=web, timeout=60, check=True)
    return len(handler.took)


def test_a_commits_nudge_goes_through_the_broker(environment, broker):
    assert delivered(environment, environment) == 1
    assert kind_of(*broker) == {"amqp": "quorum", "redis": ""}[broker[0].split(":")[0]]


def kind_of(address, queue):
    """Which kind of queue the broker says it has; RabbitMQ refuses to declare it as another one."""
    for kind in ("classic", "quorum"):
        with Connection(address) as connection:
            try:
                connection.channel().queue_declare(
                    queue, durable=True, auto_delete=False, arguments={"x-queue-type": kind}
                )
            except PreconditionFailed:
                continue
            return kind if address.startswith("amqp") else ""
    raise AssertionError(queue)


@pytest.mark.parametrize("broker", ["rabbitmq"], indirect=True)
def test_the_beat_finds_a_mail_that_nobody_was_told_of(environment):
    silent = environment | {"CELERY_BROKER_URL": "", "WORKER": "separate"}
    assert delivered(environment, silent, "-B") == 1


def test_a_broker_that_is_away_costs_the_web_process_nothing_and_the_mail_waits(folder, tmp_path):
    """F50."""
    script = (
        "from app import create_app; from app.web.database import db; from tests.worker.conftest import post\n"
        "with create_app().app_context(): print(post(db.session).status)\n"
    )
    environment = {
        **os.environ,
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'test.db'}",
        "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
    }
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, timeout=60, check=False)
    assert done.stdout.split()[-1] == b"waiting"


def test_rabbitmq_keeps_the_queue_on_several_machines_and_no_task_outlives_its_beat():
    settings = configure(BROKERS["rabbitmq"], "name")
    assert settings["task_default_queue_type"] == "quorum"
    assert settings["beat_schedule"]["tick"]["options"]["expires"] == settings["beat_schedule"]["tick"]["schedule"]
    assert "task_default_queue_type" not in configure(BROKERS["redis"], "name")
