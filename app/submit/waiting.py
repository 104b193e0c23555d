"""What the sender of a report that is held back sees meanwhile: the receipt and the page of one just received."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from app.i18n import language
from app.submit.desk import context, standing
from app.web.database import db
from app.workflow import held, wording
from model import HeldReport

RECEIVED = "received"


def received(report: HeldReport) -> ResponseReturnValue:
    """Lead to the receipt."""
    if report.follow_hash:
        return redirect(url_for("submit.receipt", token=held.token_of(report)), 303)
    session[RECEIVED] = report.number
    return redirect(url_for("submit.received"), 303)


def receipt(token: str) -> str | None:
    """Show the receipt; None if the token opens nothing that is held."""
    report = held.by_token(db.session(), token)
    if report is None:
        return None
    shown = report.shown
    return render_template(
        "submit/receipt.html",
        case=_as_case(report),
        words=wording.found(context().organisation, report.way, wording.RECEIPT, language()),
        code=held.code_of(report) if shown["code"] else "",
        token=token,
        copy=SimpleNamespace(facts=shown["facts"], prose=shown["prose"]),
        **{name: shown[name] for name in ("mailed", "for_another", "writes", "steps")},
    )


def page(token: str) -> str | None:
    """Show how it stands: received, as every report is at first. None if the token opens nothing that is held."""
    report = held.by_token(db.session(), token)
    if report is None:
        return None
    shown, here = report.shown, context()
    return render_template(
        "submit/follow.html",
        case=_as_case(report),
        token=token,
        standing=standing(here, shown["told"]),
        steps=shown["way"],
        **{name: shown[name] for name in ("state", "told", "messages")},
        **dict.fromkeys(("outcome", "parts", "known", "files", "letters", "readers", "offers"), ()),
    )


def mine(person: int) -> list[tuple[HeldReport, str]]:
    """Give the person's own reports that are held, the newest first, each with its link's token."""
    return [(each, held.token_of(each)) for each in held.of_sender(db.session(), person) if each.follow_hash]


def _as_case(report: HeldReport) -> Any:
    return SimpleNamespace(
        number=report.number, submitted_at=report.received_at, reporter_id=report.shown["reporter"] or None, version=0
    )
