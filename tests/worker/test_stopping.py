"""A worker that is told to stop while a mail is on its way finishes it, notes it, and lets go of everything (F51)."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from model import Lease, OutgoingMail
from tests.outbox.server import Told, running
from tests.worker.conftest import post

ROOT = Path(__file__).parents[2]


def test_told_to_stop_during_a_send_it_finishes_the_mail_and_keeps_no_lease(folder, session):
    mail = post(session)
    handler = Told(hang=True)
    with running(handler) as url:
        environment = {
            "PATH": os.environ["PATH"],
            "FLASK_APP": "app",
            "VAR_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{folder / 'test.db'}",
            "SMTP_URL": url,
        }
        words = [sys.executable, "-m", "flask", "worker", "run"]
        worker = subprocess.Popen(words, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
        try:
            while not handler.took:
                assert worker.poll() is None
            worker.send_signal(signal.SIGTERM)
            handler.hang = False
            assert worker.wait(30) == 0
        finally:
            worker.kill()
    session.rollback()
    row = session.get(OutgoingMail, mail.id)
    assert (row.status, row.locked_by, len(handler.took)) == ("sent", None, 1)
    lease = session.scalars(select(Lease)).one()
    assert lease.until <= datetime.now(UTC)
