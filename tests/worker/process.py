"""A web process that writes one mail and waits until somebody has sent it: `python -m tests.worker.process`."""

import sys
import time

from app import create_app
from app.web.database import db
from model import OutgoingMail
from tests.worker.conftest import post


def main() -> bool:
    with create_app().app_context():
        mail_id = post(db.session).id
        end = time.monotonic() + 40
        while time.monotonic() < end:
            if db.session.get(OutgoingMail, mail_id).status == "sent":
                return True
            db.session.remove()
            time.sleep(0.1)
    return False


if __name__ == "__main__":
    sys.exit(not main())
