"""A mail is written here, as a row in the transaction of what it tells about; and previewed by the same code."""

import hmac
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from app.outbox import standard
from app.outbox.settings import Settings
from app.routing.organisation import Organisation
from model import MailText, OutgoingMail, Person, Subject

LINK = "\ue000"
"""Stands in a stored mail where the link comes: a private-use character that no text from people gets to hold."""
WROTE = "outbox.wrote"
"""In a session's `info` while its transaction has written mails."""
SUBJECT_LENGTH = 500
DROPPED = frozenset({"Cc", "Cs", "Co"})
TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that make the text after them run the other way."""
BREAKS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
GAP = re.compile(r"\n{3,}")
"""What a placeholder leaves that stood alone and had nothing to say."""
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*(?: [a-z0-9_]+)*)\}")


@dataclass(frozen=True, slots=True)
class Words:
    """An institution's own words for a mail, by language; those of a `letter` are kept on the case as a document."""

    subject: Mapping[str, str]
    body: Mapping[str, str]
    letter: bool


NONE = Words({}, {}, letter=False)


def words(session: Session, mail: str) -> Words:
    """Read the words of the mail."""
    row = session.execute(select(MailText.subject, MailText.body, MailText.letter).where(MailText.name == mail)).first()
    return Words(*row) if row else NONE


def remembered(organisation: Organisation, mail: str) -> Words:
    """Give the words of the mail without asking the database."""
    text = organisation.texts.get(mail)
    return Words(*text, letter=mail in organisation.letters) if text else NONE


def write(session: Session, **mail: Any) -> OutgoingMail | None:
    """Write one mail to one receiver about one event, as `row` takes it; None if it was written before."""
    new = insert_new(session, [row(session, **mail)])
    return session.scalar(select(OutgoingMail).where(OutgoingMail.message_id.in_(new))) if new else None


def row(
    session: Session,
    *,
    event_key: str,
    subject: Subject | None,
    receiver: Person,
    mail: str,
    why: str,
    values: Mapping[str, str],
    link: str,
    now: datetime,
    letter: Mapping[str, str] | None = None,
    language: str = "",
    said: Words | None = None,
) -> dict[str, Any]:
    """Make the row of one mail to one receiver about one event.

    `event_key` names the event (at most 120 characters), `mail` its MailText, `why` the party that reaches them.
    `values` fill the placeholders; `link` is kept as `case:<number>` and so on. `letter` is what stands above a letter.
    `said` are its words, if they have been read already.
    """
    settings = Settings.current()
    address = receiver.mail.strip()
    language = language or receiver.language or (subject.language if subject else "") or settings.default_language
    said = words(session, mail) if said is None else said
    return {
        "event_key": event_key,
        "subject_id": subject.id if subject else None,
        "receiver_id": receiver.id,
        "address": address,
        "name": mail,
        "why": why[:120],
        "language": language,
        "message_id": _message_id(settings, event_key, address, mail),
        **dict(zip(("subject", "body"), filled(said, mail, language, values, link), strict=True)),
        "link": link,
        "letter": dict(letter) if letter and said.letter else {},
        **dict.fromkeys(("created_at", "next_try_at"), now),
    }


def insert_new(session: Session, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Write these rows in one statement, but for those that were written before; give the new ones' Message-IDs.

    What else the session has to write is left for later.
    """
    if not rows:
        return set()
    new = set(session.connection().execute(_insertion(session.get_bind().dialect.name), rows).scalars())
    if new:
        session.info[WROTE] = True
    return new


@cache
def _insertion(dialect: str) -> ReturningInsert[str]:
    mails: Any = OutgoingMail.__table__
    insertion = (sqlite if dialect == "sqlite" else postgresql).insert(mails)
    return insertion.on_conflict_do_nothing().returning(mails.c.message_id)


def preview(
    session: Session, mail: str, language: str, values: Mapping[str, str], link: str = "case:"
) -> tuple[str, str]:
    """Give subject and body as `write` would keep them, with a word where the link will stand."""
    title, body = filled(words(session, mail), mail, language, values, link)
    return title, with_word(body, language)


def with_word(body: str, language: str) -> str:
    """Put a word where the link will stand."""
    return body.replace(LINK, standard.LINK_WORDS.get(language, standard.LINK_WORDS["en"]))


def filled(said: Words, mail: str, language: str, values: Mapping[str, str], link: str) -> tuple[str, str]:
    """Give subject and body of the mail with the values put in, and LINK where the link will stand.

    A letter to somebody who gets no link lacks the lines that would hold it.
    """
    title, body = _texts(said, mail, language, link)
    if link or not said.letter:
        return fill(title, body, values, link)
    title, body = fill(title, body, values, LINK)
    return title, without_link(body)


def without_link(body: str) -> str:
    """Leave out the lines that hold LINK: a link opens the case for its holder, and paper is passed on."""
    kept = "\n".join(line.rstrip() for line in body.split("\n") if LINK not in line)
    return GAP.sub("\n\n", kept).strip()


def language_of(said: Words, wish: str, spoken: Sequence[str]) -> str:
    """Give the language that the mail goes in: the one wished for where it is `spoken`, or the text has words in it.

    `spoken` are the routine's languages, the first of which is everybody's.
    """
    own = said.body.get(wish) not in (None, said.body.get(spoken[0]))
    return wish if own or wish in spoken else spoken[0]


def named(said: Words, mail: str, language: str) -> set[str]:
    """Name the placeholders of the mail's text in the language."""
    return {name for text in _texts(said, mail, language, "") for name in PLACEHOLDER.findall(text)}


def _texts(said: Words, mail: str, language: str, link: str) -> tuple[str, str]:
    title, body = standard.texts(mail, language, link)
    return _spoken(said.subject, language) or title, _spoken(said.body, language) or body


def fill(title: str, body: str, values: Mapping[str, str], link: str) -> tuple[str, str]:
    """Give subject and body with the values put in, and LINK where the link will stand."""
    clean = {name: plain(value) for name, value in values.items()}
    one_line = " ".join(expand(plain(title), clean | {"link": ""}).split())
    filled_in = expand(plain(body), clean | {"link": LINK if link else ""})
    return one_line[:SUBJECT_LENGTH], GAP.sub("\n\n", filled_in).strip()


def _spoken(text: Mapping[str, str], language: str) -> str:
    return text.get(language) or next(iter(text.values()), "")


def expand(text: str, values: Mapping[str, str]) -> str:
    """Put values in, once: a placeholder inside a value stays as its writer typed it. Unknown ones are left out."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], ""), text)


def plain(text: str) -> str:
    """Leave of a text what a mail and a database can hold: no control, half or private-use characters."""
    if text.replace("\n", " ").replace("\t", " ").isprintable():
        return text  # nearly every text: nothing to look for letter by letter
    lines = BREAKS.sub("\n", text)
    return "".join(each for each in lines if each in "\n\t" or _printable(each))


def _printable(letter: str) -> bool:
    return letter not in TURNS and unicodedata.category(letter) not in DROPPED


def _message_id(settings: Settings, event_key: str, address: str, mail: str) -> str:
    """Make an id that is the same however often this mail is sent, and that nobody else can make."""
    sealed = hmac.digest(settings.secret.encode(), f"{event_key}\0{address}\0{mail}".encode(), "sha256").hex()[:32]
    return f"<{re.sub('[^A-Za-z0-9]+', '-', event_key).strip('-')[:40]}.{sealed}@{settings.host}>"
