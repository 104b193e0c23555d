"""What a form on a page would send, and what the draft and the journal hold."""

import re
from html import unescape

from sqlalchemy import select

from app.change import drafts
from model import ConfigurationEntry
from tests.house import session_of


def filled(page):
    """What the form on the page would send, buttons aside."""
    text = re.sub(r'<input class="ds-input" type="checkbox"(?![^>]* checked)[^>]*>', "", page.get_data(as_text=True))
    sent = {}
    for name, value in re.findall(r'<input class="ds-input"[^>]*? name="([^"]+)"(?=[^>]* value="([^"]*)")', text):
        sent.setdefault(name, []).append(value)
    for name, value in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n?([^<]*)</textarea>', text):
        sent[name] = [value.replace("\n", "\r\n")]
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        sent[name] = [chosen.group(1) if chosen else ""]
    return {name: [unescape(value) for value in values] for name, values in sent.items()}


def send(who, path, /, **answers):
    """Open a form, change some answers and send it."""
    who.get(path)
    assert who.status == 200, path
    return who.post(path, **{**filled(who.page), **answers})


def drafted(app):
    """The draft's changes of settings."""
    with session_of(app) as session:
        draft = drafts.open_draft(session)
        return [(row.table, row.key, row.operation, row.values) for row in draft.changes] if draft else []


def journal(app):
    """The journal of configuration: who, what, from and to."""
    with session_of(app) as session:
        rows = session.scalars(select(ConfigurationEntry).order_by(ConfigurationEntry.id))
        return [(repr(row.actor), row.table, row.operation, row.before, row.after) for row in rows]
