from dataclasses import replace

import pytest

from app.outbox import sink
from app.outbox.deliver import deliver
from app.outbox.sink import Mailbox, Sink
from tests.outbox.conftest import NOW, SETTINGS, post


def test_a_mail_goes_through_the_demos_server_into_its_mailbox(session, sessions, tmp_path):
    mail = post(session)
    session.commit()
    mailbox = Mailbox(tmp_path / "mails")
    server = Sink(mailbox)
    try:
        deliver(sessions, settings=replace(SETTINGS, smtp_url=server.url), now=NOW)
    finally:
        server.stop()
    assert not server._thread.is_alive()
    ((name, kept),) = mailbox.newest()
    assert (kept["Message-ID"], kept["To"]) == (mail.message_id, "marit@example.no")
    assert mailbox.read(name)["Subject"] == "Sak 2024-1"


def test_only_the_newest_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(sink, "KEPT", 3)
    mailbox = Mailbox(tmp_path / "mails")
    for number in range(5):
        mailbox.keep(b"Subject: %d\r\n\r\n" % number)
    assert [mail["Subject"] for _, mail in mailbox.newest()] == ["4", "3", "2"]


@pytest.mark.parametrize("name", ["", "../secret", "1", "0" * 20 + "-" + "0" * 8, "\x00"])
def test_nothing_else_is_read(tmp_path, name):
    (tmp_path / "secret.eml").write_text("x")
    assert Mailbox(tmp_path / "mails").read(name) is None


def test_five_hundred_are_kept_in_the_order_they_came_and_nothing_else_is_touched(tmp_path):
    assert sink.KEPT == 500
    mailbox = Mailbox(tmp_path / "new" / "mails")
    mailbox.keep(b"Subject: first\r\n\r\n")
    mailbox.keep(b"Subject: second\r\n\r\n")
    (tmp_path / "new" / "mails" / "notes.eml").write_text("x")
    names = mailbox.names()
    assert len(names) == 2
    assert [len(name) for name in names] == [29, 29]
    assert [mailbox.read(name)["Subject"] for name in names] == ["second", "first"]
    assert list((tmp_path / "new" / "mails").glob(".*")) == [], "nothing half written is left"


def test_the_demos_server_listens_on_this_machine_alone(tmp_path):
    server = Sink(Mailbox(tmp_path))
    try:
        assert server.url.startswith("smtp://127.0.0.1:")
        assert server._thread.daemon
        assert server._thread.name == "demo-mail"
        port = int(server.url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            Sink(Mailbox(tmp_path), port)
    finally:
        server.stop()


def test_a_half_written_mail_is_not_seen(tmp_path):
    mailbox = Mailbox(tmp_path)
    (tmp_path / f".{'0' * 20}-{'0' * 8}.eml").write_text("x")
    assert mailbox.names() == []


def test_a_mail_that_goes_while_the_box_is_read_is_left_out(tmp_path):
    mailbox = Mailbox(tmp_path)
    for subject in (b"first", b"second", b"third"):
        mailbox.keep(b"Subject: %s\r\n\r\n" % subject)
    found = mailbox.newest()
    assert next(found)[1]["Subject"] == "third"
    (tmp_path / f"{mailbox.names()[1]}.eml").unlink()
    assert [mail["Subject"] for _, mail in found] == ["first"]
