"""A mail's bytes: exactly the headers that were written, whatever stands in them (F55, F57)."""

from dataclasses import replace
from email import policy
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.outbox import message
from app.outbox.compose import LINK
from app.outbox.message import Letter, UnsendableError
from tests.outbox.conftest import NOW, SETTINGS

LETTER = Letter(
    id=1,
    address="marit@example.no",
    subject="Sak 2024-1",
    body=f"Åpne her: {LINK}",
    link="case:2024-1",
    message_id="<case-1-4.0123456789abcdef@avvik.example.no>",
    created_at=NOW,
    tries=1,
    thread=1,
)
HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "In-Reply-To",
    "References",
    "Content-Type",
    "Content-Transfer-Encoding",
    "MIME-Version",
}


def read(letter, settings=SETTINGS):
    built = message.build(letter, "https://avvik.example.no/cases/2024-1", settings)
    return BytesParser(policy=policy.default).parsebytes(built)


def test_a_mail_as_its_receiver_reads_it():
    mail = read(LETTER)
    assert set(mail.keys()) == HEADERS
    assert mail["From"] == "Avvik <avvik@example.no>"
    assert mail["To"] == "marit@example.no"
    assert mail["Date"].datetime == NOW
    assert mail["Message-ID"] == LETTER.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["In-Reply-To"] == mail["References"] == read(replace(LETTER, id=2))["References"]
    assert mail["References"] != read(replace(LETTER, thread=2))["References"]
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().split("\r\n") == ["Åpne her: https://avvik.example.no/cases/2024-1", ""]


def test_a_mail_about_no_case_is_in_no_thread():
    assert "References" not in read(replace(LETTER, thread=None))


def test_a_thread_is_sealed_and_ends_with_the_host():
    """Written down once and for all: mails of one case stay together after an upgrade."""
    told = "<thread.5018d5468aafeb8e070527f72f11229b@avvik.example.no>"
    assert read(LETTER)["References"] == told


def test_a_sender_is_told_without_the_name():
    assert message.bare("Avvik <avvik@example.no>") == message.bare("avvik@example.no") == "avvik@example.no"


def test_an_address_is_put_together_from_its_last_at():
    assert message.envelope("o'brien+x@sub.example.no") == "o'brien+x@sub.example.no"
    with pytest.raises(UnsendableError, match=r"^it isn't one mail address$"):
        message.envelope("a@b@c")


SENT = b"To: marit@example.no\r\nSubject: a\r\n\r\nx"


@pytest.mark.parametrize(
    ("sent", "names", "along", "told"),
    [
        (SENT, ["To", "Subject"], False, None),
        (SENT, ["Subject", "To"], False, None),
        (SENT, ["To"], False, "headers"),
        (SENT, ["To", "Subject", "Date"], False, "headers"),
        (SENT, ["To", "Subject"], True, "receiver"),
        (b"To: other@example.no\r\nSubject: a\r\n\r\nx", ["To", "Subject"], False, "receiver"),
        (b"To: marit@example.no, b@example.no\r\nSubject: a\r\n\r\nx", ["To", "Subject"], False, "receiver"),
    ],
)
def test_what_is_sent_is_read_again_before(sent, names, along, told):
    if told is None:
        message._check(sent, names, "marit@example.no", along=along)
    else:
        with pytest.raises(UnsendableError, match=told):
            message._check(sent, names, "marit@example.no", along=along)


def test_a_letter_that_grew_or_lost_an_attachment_is_not_sent():
    line = b"--x\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    along = b"--x\r\nContent-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nx\r\n"
    head = b"To: marit@example.no\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    names = ["To", "Content-Type"]
    message._check(head + line + along + b"--x--", names, "marit@example.no", along=True)
    for body in (line, line + along + along):
        with pytest.raises(UnsendableError, match="receiver"):
            message._check(head + body + b"--x--", names, "marit@example.no", along=True)


ATTACKS = [
    "Sak\r\nBcc: evil@example.no",
    "Sak\u2028Bcc: evil@example.no",
    "Sak\x85Bcc: evil@example.no",
    "=?utf-8?q?Sak=0D=0ABcc:_evil=40example.no?=",
    "=?utf-8?b?U2FrDQpCY2M6IGV2aWxAZXhhbXBsZS5ubw==?=",
    "==??utf-8?q?Sak=0D=0ABcc:_evil=40example.no?=",
    "=\x00?utf-8?q?Sak=0D=0ABcc:_evil=40example.no?=",
    "=\r\n?utf-8?q?Sak=0ABcc:_evil=40example.no?=",
    "å" * 200 + "=?utf-8?q?=0D=0ABcc:_evil=40example.no?=" + "ø" * 200,
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_f55_a_subject_or_sender_can_add_no_header(attack):
    assert set(read(replace(LETTER, subject=attack)).keys()) == HEADERS
    sender = replace(SETTINGS, sender=f'"{attack}" <avvik@example.no>')
    assert set(read(LETTER, sender).keys()) == HEADERS


def test_what_gets_past_the_cleaning_is_stopped_before_sending(monkeypatch):
    monkeypatch.setattr(message, "clean", lambda text: text)
    with pytest.raises(UnsendableError):
        message._check(b"Subject: a\r\nBcc: evil@example.no\r\n\r\n", ["Subject"], "marit@example.no", along=False)
    with pytest.raises(UnsendableError):
        message._check(b"To: marit@example.no, evil@example.no\r\n\r\n", ["To"], "marit@example.no", along=False)
    with pytest.raises(ValueError):  # noqa: PT011 - ours or the library's
        message.build(replace(LETTER, subject=ATTACKS[3] + "ø" * 100), "", SETTINGS)


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_a_subject_and_a_body(subject, body):
    subject, body = message.plain(subject), message.plain(body)
    mail = read(replace(LETTER, subject=subject, body=body))
    assert set(mail.keys()) == HEADERS
    assert mail.get_content().replace("\r\n", "\n").rstrip("\n") == body.rstrip("\n")


@pytest.mark.parametrize(
    ("address", "receiver"),
    [
        ("marit@example.no", "marit@example.no"),
        ("o'brien+avvik@sub.example.no", "o'brien+avvik@sub.example.no"),
        ("kari@blåbær.no", "kari@xn--blbr-roah.no"),
        ("a" * 64 + "@example.no", "a" * 64 + "@example.no"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_f57_one_address_is_one_receiver(address, receiver):
    assert read(replace(LETTER, address=address))["To"].addresses[0].addr_spec == receiver


@pytest.mark.parametrize(
    "address",
    [
        "",
        "marit",
        "@example.no",
        "marit@",
        "a@example.no, evil@example.no",
        "a@example.no evil@example.no",
        "a@example.no;evil@example.no",
        "<a@example.no>",
        "Marit <marit@example.no>",
        "a@b@example.no",
        '"a b"@example.no',
        "a@example.no\r\nBcc: evil@example.no",
        "a\x00@example.no",
        "a@-example.no",
        "a@exa mple.no",
        "a@example..no",
        "a@[127.0.0.1]",
        "ø@example.no",
        "a..b@example.no",
        ".a@example.no",
        "=?utf-8?q?=0ABcc=3Ab?=@example.no",
        "a" * 65 + "@example.no",
        "a@" + "b" * 64 + ".no",
        "a@" + ".".join(["b" * 60] * 5) + ".no",
    ],
)
def test_f57_anything_else_is_refused(address):
    with pytest.raises(UnsendableError):
        message.build(replace(LETTER, address=address), "", SETTINGS)
