"""Files that wait for the virus scanner: each asked about and judged in a transaction of its own."""

from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.web.database import db
from app.worker import clamd
from app.workflow import viruses
from model import StoredFile

BATCH = 5
"""Files between two looks at the mails."""

log = structlog.get_logger()


def scan(now: datetime, alive: Callable[[], object]) -> int:
    """Have some files scanned, calling `alive` before each; how many were judged. In an app's context.

    Without a scanner nothing is done. A scanner that doesn't answer costs one try a minute; its files wait.
    """
    address = viruses.scanner()
    if not address:
        return 0
    try:
        with Session(db.engine) as session:
            return _scan(session, address, now, alive)
    except Exception:
        log.exception("scanning_failed")
        return 0


def _scan(session: Session, address: str, now: datetime, alive: Callable[[], object]) -> int:
    done = 0
    for which in viruses.due(session, now, BATCH):
        content = session.scalar(select(StoredFile.content).where(StoredFile.id == which)) or b""
        session.rollback()
        alive()
        try:
            virus = clamd.scan(address, content)
        except clamd.OutOfReach as fault:
            log.warning("scanner_out_of_reach", reason=str(fault))
            viruses.put_off(session, now)
            session.commit()
            break
        except clamd.Unjudged as fault:
            log.warning("file_not_judged", file=which, reason=str(fault))
            viruses.put_off(session, now, which)
        else:
            viruses.judge(session, which, virus, now)
            done += 1
        session.commit()
    return done
