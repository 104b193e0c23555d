"""Mail texts: what they may hold is listed, checked and shown as a mail before it is saved; and those to start from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import BaseView, expose
from sqlalchemy import select
from wtforms import Form
from wtforms.validators import InputRequired

from app.i18n import LANGUAGES, gettext, lazy_gettext, say
from app.language.definition import Routine
from app.language.fault import nearest
from app.outbox import compose
from app.studio.base import NAME, Guarded, Refused
from app.studio.columns import NAME_HELP, texts
from app.studio.inline import Listed
from app.studio.sample import sample
from app.studio.saving import Place
from app.web.database import db
from app.web.here import context
from app.workflow import wording
from model import MailText

STANDARD = {
    "number": lazy_gettext("The case's number"),
    "link": lazy_gettext("The way to the case"),
    "state": lazy_gettext("The state, as handlers read it"),
    "told": lazy_gettext("The state, as the reporter is told"),
    "notice": lazy_gettext("A notice of the calendar, while it lasts"),
    "handler": lazy_gettext("Who has the case"),
}
"""What every mail may say, and what it means."""
MOST_LETTERS, MOST_FILLED = 20_000, 50
"""Of one text: so long a mail can become only by what people have answered, and not by how often it is said."""


def placeholders() -> dict[str, str]:
    """Give what a mail may say: the standard words, the routine's fields, and its clocks as "due <clock>"."""
    routine = context().routine
    fields = {name: say(field.label) for name, field in routine.fields.items() if name not in STANDARD}
    clocks = {f"due {name}": gettext("When the deadline “%(name)s” ends", name=name) for name in _clocks()}
    return {name: str(text) for name, text in STANDARD.items()} | clocks | fields


def _clocks() -> list[str]:
    return sorted({name for flow in context().routine.flows.values() for name in flow.clocks})


def wrong_words(text: str, known: Mapping[str, str]) -> Iterator[str]:
    """Say what in the text can't be filled in, or is too much."""
    if len(text) > MOST_LETTERS:
        yield gettext(
            "A text has room for %(most)d letters. This one has %(count)d.", most=MOST_LETTERS, count=len(text)
        )
    found = compose.PLACEHOLDER.findall(text)
    if len(found) > MOST_FILLED:
        yield gettext(
            "{ } stands for something at most %(most)d times in a text. Say it fewer times.", most=MOST_FILLED
        )
    for word in dict.fromkeys(found):
        if word not in known:
            near = nearest(word, known)
            told = [gettext("Nothing is called {%(word)s}.", word=word)]
            yield " ".join([*told, gettext("Did you mean {%(near)s}?", near=near)] if near else told)
    rest = compose.PLACEHOLDER.sub("", text)
    if "{" in rest or "}" in rest:
        yield gettext(
            "{ and } are only for what is filled in, such as {number}. A mail is plain text and runs nothing."
        )


class MailView(Listed):
    """Texts of the mails."""

    title = lazy_gettext("Mail texts")
    about = lazy_gettext(
        "Texts of the mails. Words in braces, such as {number}, are filled in when the mail is written."
    )
    list_template = "studio/mail_list.html"
    edit_template = create_template = "studio/mail_form.html"
    column_list = ("subject", "name", "letter")
    column_formatters: ClassVar[dict[str, Any]] = {"subject": texts}
    column_default_sort = "name"
    texts: ClassVar[dict[str, bool]] = {"subject": False, "body": True}
    inline = ("subject", "letter")
    form_columns = ("name", "subject", "body", "letter")
    form_args: ClassVar[dict[str, Any]] = {
        "name": {"validators": [NAME], "description": NAME_HELP},
        "subject": {"validators": [InputRequired()]},
        "body": {"validators": [InputRequired()], "render_kw": {"rows": 10}},
    }

    def check(self, values: Mapping[str, Any], key: str) -> None:  # noqa: ARG002 - the base's signature
        """Refuse words that nothing fills in, and code of any kind."""
        known = placeholders()
        told = [
            f"{LANGUAGES.get(name, name)}: {wrong}"
            for part in ("subject", "body")
            for name, text in values[part].items()
            for wrong in wrong_words(text, known)
        ]
        if told:
            raise Refused(" ".join(dict.fromkeys(told)))

    def proposed(self) -> dict[str, Any]:
        """Begin with the name that another page asks a text for."""
        name = request.args.get("name", "")
        return {"name": name[:64]} if name.isidentifier() else {}

    def around(self, form: Form, place: Place) -> dict[str, Any]:
        """List what may be filled in; with "Preview", show the mails as they would be sent."""
        shown: list[Any] = []
        if "preview" in request.form:
            values = {**place.base, **self.values(form)}
            shown = previews(values["subject"] or {}, values["body"] or {})
        return {"known": placeholders(), "previews": shown}

    @expose("/preview/")
    def preview_view(self) -> ResponseReturnValue:
        """Show a mail in every language, with a real case if one may see any."""
        place = self._place()
        if place.row is None:
            abort(404)
        page: str = self.render(
            "studio/mail_preview.html",
            title=gettext("Preview: %(name)s", name=say(place.row.subject)),
            previews=previews(place.row.subject, place.row.body),
            back=self.get_url(".index_view"),
            edit=self._edit_url(place),
        )
        return page


def previews(subject: Mapping[str, str], body: Mapping[str, str]) -> list[dict[str, str]]:
    """Give the mail in each language: subject, text, and the case that it is about."""
    found = []
    for name in (each for each in context().routine.languages if each in LANGUAGES):
        number, values = sample(name)
        title, text = compose.fill(_spoken(subject, name), _spoken(body, name), values, "case:")
        shown = {"subject": title, "body": compose.with_word(text, name), "language": LANGUAGES[name], "lang": name}
        found.append({**shown, "case": number})
    return found


def _spoken(text: Mapping[str, str], language: str) -> str:
    return text.get(language) or next(iter(text.values()), "")


class ReplyView(Guarded, BaseView):  # type: ignore[misc]
    """Texts that writers may start from: the mail texts that the routine's questions name."""

    def __init__(self) -> None:
        super().__init__(name="reply", endpoint="studio_reply", url="/studio/reply")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """List them by question."""
        rows = {row.name: row for row in db.session.scalars(select(MailText))}
        found = [
            (say(field.label), name, rows.get(name))
            for field in context().routine.fields.values()
            for name in field.templates
        ]
        return _named_texts(
            self,
            found,
            title=gettext("Reply texts"),
            about=gettext(
                "Texts that whoever writes an answer may start from. The routine says which question offers which "
                "text; the words are changed here."
            ),
            caption=gettext("Texts to start from"),
            where=gettext("Offered when answering"),
            unsaid=gettext("Has no words yet: write them"),
            none=gettext(
                "No question of the routine offers texts to start from. Give a question the word “templates”."
            ),
        )


class PageTextView(Guarded, BaseView):  # type: ignore[misc]
    """What the pages for reports say in the institution's own words."""

    def __init__(self) -> None:
        super().__init__(name="page", endpoint="studio_page", url="/studio/page")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """List what can be said, page by page and question by question."""
        rows = {row.name: row for row in db.session.scalars(select(MailText))}
        routine = context().routine
        found = []
        for move, what in wording.possible(routine):
            name = wording.named(move.name, what)
            found.append((f"{say(move.label)}: {_part_of_page(what, routine)}", name, rows.get(name)))
        return _named_texts(
            self,
            found,
            title=gettext("Page texts"),
            about=gettext(
                "What the pages for reports say in your own words: above the form, at each question, on the receipt. "
                "Without words of its own a question has the routine's."
            ),
            caption=gettext("Texts of the pages for reports"),
            where=gettext("Where it stands"),
            unsaid=gettext("The routine's words: write others"),
            none=gettext("Nobody reports in this routine."),
        )


def _part_of_page(what: str, routine: Routine) -> str:
    named = {wording.PAGE: gettext("above the form"), wording.RECEIPT: gettext("the receipt")}
    return named.get(what) or gettext("the question “%(label)s”", label=say(routine.fields[what].label))


def _named_texts(view: BaseView, found: Sequence[tuple[str, str, MailText | None]], **words: str) -> str:
    """Show texts whose names the routine gives: where each stands, its name, its row if there is one."""
    rows = [(label, name, say(row.subject) if row else "", _address(name, row)) for label, name, row in found]
    page: str = view.render("studio/mail_reply.html", rows=rows, **words)
    return page


def _address(name: str, row: MailText | None) -> str:
    if row is None:
        return url_for("studio_mail.create_view", name=name)
    return url_for("studio_mail.edit_view", id=row.id)
