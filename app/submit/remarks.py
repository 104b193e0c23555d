"""What we say about personal data in a text: what it looks like, and where - never the digits themselves."""

import re
from dataclasses import dataclass

from flask import current_app
from markupsafe import Markup

from app import privacy
from app.i18n import gettext, lazy_gettext

KINDS = {
    "email": lazy_gettext("E-mail address"),
    "phone": lazy_gettext("Phone number"),
    "name": lazy_gettext("Name"),
    "account": lazy_gettext("Account number, or perhaps a national identity number"),
    "national_id": lazy_gettext("National identity number"),
}
DIGIT = re.compile(r"\d")
WORDS_BEFORE = 3
MOST = 5


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark; `warning` = it may be sent all the same, once that is confirmed."""

    text: str
    warning: bool = False


def on_text(text: str) -> Remark | None:
    """Remark on personal data in a text, if there is any."""
    text = privacy.clean(text)
    found = privacy.find(text, current_app.config.get("PRIVACY_KINDS"))
    blocking = [each for each in found if each.block]
    if blocking:
        where = "; ".join(_where(text, each.start) for each in blocking[:MOST])
        return Remark(gettext("Take out the national identity number %(where)s. It can't be sent.", where=where))
    if not found:
        return None
    told = gettext("Write a role instead. You can send it if it has to be there.")
    marks = Markup(", ").join(_mark(text, each) for each in found[:MOST])
    return Remark(Markup("{}. {}").format(marks, told), warning=True)


def _mark(text: str, finding: privacy.Finding) -> Markup:
    kind = KINDS.get(finding.kind, finding.kind)
    return Markup("{}: <mark>{}</mark>").format(str(kind), text[finding.start : finding.end])


def _where(text: str, start: int) -> str:
    """Say where in the text, by its line and the words before it, in which no digit is repeated."""
    line = text.count("\n", 0, start) + 1
    before = text[:start].rsplit("\n", 1)[-1].split()[-WORDS_BEFORE:]
    if not before:
        return gettext("at the beginning of line %(line)d", line=line)
    return gettext("on line %(line)d, after “%(words)s”", line=line, words=DIGIT.sub("•", " ".join(before)))
