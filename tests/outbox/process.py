"""What a worker in a process of its own does, until it is killed."""

import time
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from app.outbox.deliver import deliver
from tests.outbox.conftest import SETTINGS


def work(database, smtp, ahead):
    """Deliver for ever; `ahead` is by how much this worker's present is later than ours."""
    sessions = sessionmaker(create_engine(database, connect_args={"timeout": 30, "isolation_level": "IMMEDIATE"}))
    while True:
        if not deliver(sessions, settings=replace(SETTINGS, smtp_url=smtp), now=datetime.now(UTC) + ahead):
            time.sleep(0.01)
