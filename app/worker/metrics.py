"""`/metrics`: how it goes, for Prometheus; there only with METRICS_TOKEN, for whoever sends it as a bearer's token."""

import hmac
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.web import measured, watch
from app.web.database import db
from app.worker import health

AGES = {
    "worker_heartbeat": ("worker", "heartbeat_age", "since a worker last showed itself"),
    "outbox_oldest": ("outbox", "oldest_age", "since the oldest mail that waits was written"),
    "backup": ("backup", "age", "since the last backup"),
    "journal_anchor": ("anchor", "age", "since the end of the journal's chain was last kept"),
    "held_oldest": ("held", "oldest_age", "since the oldest report came that is held back"),
    "scanner_oldest": ("scanner", "oldest_age", "since the oldest file came that waits to be scanned"),
}
"""Gauges of seconds: where /healthz tells them. What never happened has no age, and isn't told."""
NUMBERS = {
    "clocks_overdue": ("clocks", "due", "Clocks that are due and haven't fired."),
    "held": ("held", "waiting", "Reports that are held back."),
    "scanner_waiting": ("scanner", "waiting", "Files that wait to be scanned."),
    "outbox_paused": ("outbox", "paused", "1 while no mail is sent before somebody releases the outbox."),
}
MAILS = ("waiting", "sent", "dead")

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Tell it in Prometheus's text format; without the token there is no such page."""
    token = str(current_app.config["METRICS_TOKEN"])
    if not token:
        abort(404)
    if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()):
        watch.note("metrics_refused")
        abort(404)
    from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest  # noqa: PLC0415 - see measured

    standing = CollectorRegistry()
    standing.register(Standing())  # type: ignore[arg-type]  # it is asked for collect() alone
    return Response(generate_latest(measured.told()) + generate_latest(standing), content_type=CONTENT_TYPE_PLAIN_0_0_4)


class Standing:
    """How it stands, asked of the database at each look: the same whichever process and machine is asked."""

    def collect(self) -> Iterator[Any]:
        """Give a gauge for each number of /healthz."""
        from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily  # noqa: PLC0415 - see measured

        facts = _facts()
        yield GaugeMetricFamily("avviksflyt_database_up", "1 while the database answers.", value=bool(facts))
        yield InfoMetricFamily("avviksflyt", "The version.", {"version": str(current_app.config["VERSION"])})
        if not facts:
            return
        yield GaugeMetricFamily("avviksflyt_edition", "The routine's edition in force.", value=facts["edition"] or 0)
        mails = GaugeMetricFamily("avviksflyt_mails", "Mails by what became of them.", labels=["status"])
        for status in MAILS:
            mails.add_metric([status], facts["outbox"][status])
        yield mails
        for name, text, value in _gauges(facts):
            yield GaugeMetricFamily(f"avviksflyt_{name}", text, value=value)


def _gauges(facts: Mapping[str, Any]) -> Iterator[tuple[str, str, float]]:
    """(name, explanation, value) of what there is."""
    for name, (part, key, text) in NUMBERS.items():
        if facts[part] is not None:
            yield name, text, float(facts[part][key])
    for name, (part, key, text) in AGES.items():
        if facts[part] is not None and facts[part][key] is not None:
            yield f"{name}_age_seconds", f"Seconds {text}.", float(facts[part][key])


def _facts() -> dict[str, Any]:
    """Give what /healthz tells; nothing while the database is away."""
    try:
        with Session(db.engine) as session:
            return health.look(session, datetime.now(UTC), Path(current_app.config["VAR"]))
    except SQLAlchemyError:
        return {}
