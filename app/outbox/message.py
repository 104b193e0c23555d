"""The bytes of a mail: clean headers, one receiver, and nothing in the result that wasn't put there."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, parseaddr
from hashlib import sha256

from app.language.address import in_ascii
from app.outbox import paper
from app.outbox.compose import LINK, plain
from app.outbox.paper import Sheet
from app.outbox.settings import Settings


class UnsendableError(ValueError):
    """This mail can never be sent as it is; the text says why and names nobody."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A stored mail, free of the database; `thread` is the id of the case that it is filed under.

    `sheet` is what goes along as a PDF.
    """

    id: int
    address: str
    subject: str
    body: str
    link: str
    message_id: str
    created_at: datetime
    tries: int
    thread: int | None
    sheet: Sheet | None = None


def envelope(address: str) -> str:
    """Give the one address to send to, its domain in ASCII; raises UnsendableError for anything else."""
    found = in_ascii(address)
    if found is None:
        raise UnsendableError("it isn't one mail address")
    return found


def build(letter: Letter, link: str, settings: Settings) -> bytes:
    """Give the mail's bytes; `link` is put where its place is kept. Raises UnsendableError."""
    headers = {
        "From": clean(settings.sender),
        "To": envelope(letter.address),
        "Subject": clean(letter.subject),
        "Date": format_datetime(letter.created_at),
        "Message-ID": letter.message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if letter.thread is not None:
        headers["In-Reply-To"] = headers["References"] = _thread_id(letter.thread, settings)
    message = EmailMessage(policy=policy.SMTP)
    for name, value in headers.items():
        message[name] = _receiver(value) if name == "To" else value
    message.set_content(letter.body.replace(LINK, link))
    own = ["Content-Type", "MIME-Version", *(() if letter.sheet else ("Content-Transfer-Encoding",))]
    if letter.sheet is not None:
        _send_along(message, letter.sheet, letter.message_id)
    sent = message.as_bytes(policy=policy.SMTP)
    _check(sent, [*headers, *own], headers["To"], along=letter.sheet is not None)
    return sent


def _send_along(message: EmailMessage, sheet: Sheet, message_id: str) -> None:
    """Put the letter beside the text; the line between them is the same however often the mail is built."""
    name = paper.file_name(sheet)
    message.add_attachment(paper.pdf(sheet), maintype="application", subtype="pdf", filename=name)
    message.set_boundary(f"=_{sha256(message_id.encode()).hexdigest()[:40]}")


def clean(text: str) -> str:
    """Make a text fit for a header: one line, and no encoded word that a reader would decode into more.

    The standard library decodes such words while it folds, line breaks and all (CVE-2024-6923).
    """
    line = " ".join(plain(text).split())
    while "=?" in line:
        line = line.replace("=?", "= ?")
    return line


def bare(sender: str) -> str:
    """Give the address without the name before it."""
    return parseaddr(sender)[1]


def _receiver(address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(username=local, domain=domain)


def _thread_id(subject_id: int, settings: Settings) -> str:
    sealed = hmac.digest(settings.secret.encode(), f"thread:{subject_id}".encode(), "sha256").hex()[:32]
    return f"<thread.{sealed}@{settings.host}>"


def _check(sent: bytes, names: list[str], receiver: str, *, along: bool) -> None:
    """Read the bytes as their receiver will; more or other headers than were written mean that a text got out."""
    read = BytesParser(policy=policy.default).parsebytes(sent)
    if sorted(read.keys()) != sorted(names):
        raise UnsendableError("its headers came out other than they were written")
    receivers = [each.addr_spec for each in read["To"].addresses]
    if receivers != [receiver] or read.is_multipart() != along or len(list(read.iter_attachments())) != along:
        raise UnsendableError("its receiver came out other than it was written")
