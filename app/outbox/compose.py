"""A mail is written here, as a row in the transaction of what it tells about; and previewed by the same code."""

import hmac
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.outbox import standard
from app.outbox.settings import Settings
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


def write(
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
) -> OutgoingMail | None:
    """Write one mail to one receiver about one event; None if it was written before.

    `event_key` names the event (at most 120 characters), `mail` its MailText, `why` the party that reaches them.
    `values` fill the placeholders; `link` is kept as `case:<number>` and so on. `letter` is what stands above a letter.
    """
    settings = Settings.current()
    address = receiver.mail.strip()
    language = language or receiver.language or (subject.language if subject else "") or settings.default_language
    title, body = filled(session, mail, language, values, link)  # asking for the text gives whoever is new an id
    row = {
        "event_key": event_key,
        "subject_id": subject.id if subject else None,
        "receiver_id": receiver.id,
        "address": address,
        "name": mail,
        "why": why[:120],
        "language": language,
        "message_id": _message_id(settings, event_key, address, mail),
        "subject": title,
        "body": body,
        "link": link,
        "letter": dict(letter) if letter and is_letter(session, mail) else {},
        **dict.fromkeys(("created_at", "next_try_at"), now),
    }
    return _insert_once(session, row)


def preview(
    session: Session, mail: str, language: str, values: Mapping[str, str], link: str = "case:"
) -> tuple[str, str]:
    """Give subject and body as `write` would keep them, with a word where the link will stand."""
    title, body = filled(session, mail, language, values, link)
    return title, with_word(body, language)


def with_word(body: str, language: str) -> str:
    """Put a word where the link will stand."""
    return body.replace(LINK, standard.LINK_WORDS.get(language, standard.LINK_WORDS["en"]))


def filled(session: Session, mail: str, language: str, values: Mapping[str, str], link: str) -> tuple[str, str]:
    """Give subject and body of the mail with the values put in, and LINK where the link will stand.

    A letter to somebody who gets no link lacks the lines that would hold it.
    """
    title, body = _texts(session, mail, language, link)
    if link or not is_letter(session, mail):
        return fill(title, body, values, link)
    title, body = fill(title, body, values, LINK)
    return title, without_link(body)


def without_link(body: str) -> str:
    """Leave out the lines that hold LINK: a link opens the case for its holder, and paper is passed on."""
    kept = "\n".join(line.rstrip() for line in body.split("\n") if LINK not in line)
    return GAP.sub("\n\n", kept).strip()


def language_of(session: Session, mail: str, wish: str, spoken: Sequence[str]) -> str:
    """Give the language that the mail goes in: the one wished for where it is `spoken`, or the text has words in it.

    `spoken` are the routine's languages, the first of which is everybody's.
    """
    text = session.scalar(select(MailText.body).where(MailText.name == mail)) or {}
    own = text.get(wish) not in (None, text.get(spoken[0]))
    return wish if own or wish in spoken else spoken[0]


def is_letter(session: Session, mail: str) -> bool:
    """Whether the mail is kept on the case as a document, and sent along as one."""
    return bool(session.scalar(select(MailText.letter).where(MailText.name == mail)))


def named(session: Session, mail: str, language: str) -> set[str]:
    """Name the placeholders of the mail's text in the language."""
    return {name for text in _texts(session, mail, language, "") for name in PLACEHOLDER.findall(text)}


def _texts(session: Session, mail: str, language: str, link: str) -> tuple[str, str]:
    text = session.scalar(select(MailText).where(MailText.name == mail))
    title, body = standard.texts(mail, language, link)
    if text is None:
        return title, body
    return _spoken(text.subject, language) or title, _spoken(text.body, language) or body


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
    lines = BREAKS.sub("\n", text)
    return "".join(each for each in lines if each in "\n\t" or _printable(each))


def _printable(letter: str) -> bool:
    return letter not in TURNS and unicodedata.category(letter) not in DROPPED


def _message_id(settings: Settings, event_key: str, address: str, mail: str) -> str:
    """Make an id that is the same however often this mail is sent, and that nobody else can make."""
    sealed = hmac.digest(settings.secret.encode(), f"{event_key}\0{address}\0{mail}".encode(), "sha256").hex()[:32]
    return f"<{re.sub('[^A-Za-z0-9]+', '-', event_key).strip('-')[:40]}.{sealed}@{settings.host}>"


def _insert_once(session: Session, row: Mapping[str, object]) -> OutgoingMail | None:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    insertion = dialect.insert(OutgoingMail).values(**row).on_conflict_do_nothing().returning(OutgoingMail)
    mail: OutgoingMail | None = session.scalar(insertion)
    if mail is not None:
        session.info[WROTE] = True
    return mail
