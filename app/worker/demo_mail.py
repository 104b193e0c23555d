"""The demo's mail page: what the product has sent, to whom, with links that work. Never there outside the demo."""

import re
from itertools import islice

from flask import Blueprint, abort, current_app, render_template, request
from markupsafe import Markup, escape

from app.outbox.sink import Mailbox
from app.worker.tick import mailbox

SHOWN = 100
ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
LINK = Markup('<a class="ds-link" href="{0}">{0}</a>')
BREAK = Markup("<br>\n")

blueprint = Blueprint("demo_mail", __name__, url_prefix="/demo/mail")


@blueprint.get("")
def index() -> str:
    """List the newest mails, or those to `?to=`."""
    to = request.args.get("to", "").strip().lower()
    found = (each for each in _mailbox().newest() if to in str(each[1]["To"]).lower())
    return render_template("demo/mail.html", mails=list(islice(found, SHOWN)), to=to, mail=None, body="")


@blueprint.get("/<name>")
def show(name: str) -> str:
    """Show one mail as its receiver reads it."""
    mail = _mailbox().read(name)
    if mail is None:
        abort(404)
    return render_template("demo/mail.html", mails=[], to="", mail=mail, body=linked(mail.get_content()))


def linked(text: str) -> Markup:
    """Escape a text, keep its lines and make its web addresses links."""
    parts: list[Markup] = []
    end = 0
    for found in ADDRESS.finditer(text):
        parts += [escape(text[end : found.start()]), LINK.format(found[0])]
        end = found.end()
    return BREAK.join(Markup().join([*parts, escape(text[end:])]).splitlines())


def _mailbox() -> Mailbox:
    return mailbox(current_app)
