"""The journal's proof: each tick seals what has been written, and once a day the chain's end is kept elsewhere."""

from datetime import UTC, datetime
from pathlib import Path

import structlog
from flask import current_app
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.outbox import compose
from app.web import running
from app.web.database import db
from app.workflow import anchors, sealing
from app.workflow.anchors import Anchor
from model import LastCheck, Person

TRIED = "anchor_tried"
"""The day on which this process last tried to anchor: a file that can't be written is complained of once a day."""
MAIL = "journal_anchor"

log = structlog.get_logger()


def prove(now: datetime) -> None:
    """Seal a batch of rows; once all are, make the day's anchor if it is still missing. In an app's context."""
    try:
        if _seal() < sealing.BATCH and _is_due(now):
            anchor(now)
    except IntegrityError:
        log.info("sealing_overtaken")
    except Exception:
        log.exception("proof_failed")


def anchor(now: datetime) -> Anchor:
    """Seal all that is left, and write the chain's end to the file, the log and, where one is set, an address."""
    for since in (None, 0):
        while _seal(since) == sealing.BATCH:
            pass
    with Session(db.engine) as session, session.begin():
        made = anchors.anchor(sealing.head(session), now)
        _mail(session, made)
        session.merge(LastCheck(name=running.ANCHOR, at=now))  # the file lies on this machine, and others ask, too
    log.info("journal_anchor", **anchors.fields(made))
    anchors.write(file(), made)
    return made


def _seal(since: int | None = None) -> int:
    with Session(db.engine) as session, session.begin():
        return sealing.seal(session, since=since)


def file() -> Path:
    """Say where the anchors are kept."""
    return Path(current_app.config["VAR"]) / anchors.FILE


def _is_due(now: datetime) -> bool:
    today = now.astimezone(UTC).date()
    if current_app.extensions.get(TRIED) == today:
        return False
    current_app.extensions[TRIED] = today
    last = anchors.last(file())
    return last is None or last.at.astimezone(UTC).date() < today


def _mail(session: Session, made: Anchor) -> None:
    address = str(current_app.config["ANCHOR_MAIL"])
    if not address:
        return
    receiver = Person(mail=address, language=str(current_app.config["BABEL_DEFAULT_LOCALE"]))
    compose.write(
        session,
        event_key=f"anchor:{made.at.isoformat()}",
        subject=None,
        receiver=receiver,
        mail=MAIL,
        why="operator",
        values={"seals": str(made.seals), "anchor": anchors.line(made)},
        link="",
        now=made.at,
    )
