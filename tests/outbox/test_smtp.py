"""Servers that can't be trusted (F56): nothing is sent to one whose certificate isn't its own."""

import smtplib
import socket
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.outbox import smtp
from app.outbox.deliver import deliver
from app.outbox.smtp import Server, UnreachableError, Verdict
from tests.outbox.conftest import NOW, SETTINGS, post
from tests.outbox.server import Told, running


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A file with a key and a certificate for 127.0.0.1 that it signed itself."""
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(datetime.now(UTC) - timedelta(days=1)).not_valid_after(
        datetime(2100, 1, 1, tzinfo=UTC)
    )
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    signed = made.sign(key, hashes.SHA256())
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    file.write_bytes(key.private_bytes(pem, *plain) + signed.public_bytes(pem))
    return file


@pytest.fixture
def tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_f56_a_mail_goes_only_to_a_server_whose_certificate_is_its_own(
    session, sessions, tls, certificate, monkeypatch
):
    mail = post(session)
    session.commit()
    handler, now = Told(), NOW

    def sending(url):
        nonlocal now
        now += timedelta(hours=1)
        assert deliver(sessions, settings=replace(SETTINGS, smtp_url=url), now=now, patience=5) == 1
        session.rollback()
        session.refresh(mail)
        return mail.status, mail.fault

    with running(handler, tls_context=tls) as url:
        assert sending(f"{url}?starttls=1") == ("waiting", "no mail server: SSLCertVerificationError")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        other = url.replace("127.0.0.1", "localhost")
        assert sending(f"{other}?starttls=1") == ("waiting", "no mail server: SSLCertVerificationError")
        assert handler.took == []
        assert sending(f"{url}?starttls=1") == ("sent", "")
    assert len(handler.took) == 1


MAIL = b"Subject: x\r\n\r\nx\r\n"


def asked(handler, **options):
    """What becomes of one mail, and then of another on the same way."""
    with running(handler, **options) as url, Server(url, 5) as server:
        return [server.send("from@example.no", "to@example.no", MAIL) for _ in range(2)]


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ({"rcpt": "499 Later"}, Verdict("again", "499 Later")),
        ({"rcpt": "500 Never"}, Verdict("dead", "500 Never")),
        ({"data": "451 Later"}, Verdict("again", "451 Later")),
        ({"data": "501 Never"}, Verdict("dead", "501 Never")),
        ({}, Verdict("sent", "")),
    ],
)
def test_what_a_servers_answer_means_for_a_mail(told, verdict):
    assert asked(Told(**told)) == [verdict, verdict]


def test_a_server_that_takes_nothing_from_us_is_asked_again():
    class Strict(Told):
        async def handle_MAIL(self, *_):  # noqa: N802
            return "550 Not from you"

    assert asked(Strict()) == [Verdict("again", "550 Not from you")] * 2


def test_a_servers_words_are_kept_clean_and_short():
    assert smtp._said(550, b"No\x00 way \xff") == "550 No way \ufffd"
    assert smtp._said(550, "No") == "550 No"
    assert len(smtp._said(550, "x" * 600)) == 500


def test_a_connection_that_broke_is_made_anew():
    handler = Told(drop=True)
    with running(handler) as url:
        server = Server(url, 5)
        with server:
            assert server.send("a@example.no", "b@example.no", MAIL).fault == (
                "the connection broke: SMTPServerDisconnected"
            )
            assert server._open is None, "what is broken is closed"
            handler.drop = False
            assert server.send("a@example.no", "b@example.no", MAIL) == Verdict("sent")
        assert server._open is None
        server._close()
        assert server.send("a@example.no", "b@example.no", MAIL) == Verdict("sent"), "it opens by itself"
        server._close()


def test_a_user_logs_in_with_name_and_password_as_they_are_written():
    from aiosmtpd.smtp import AuthResult  # noqa: PLC0415 - only here

    seen = []

    def anybody(_server, _session, _envelope, _mechanism, data):
        seen.append((data.login, data.password))
        return AuthResult(success=True)

    options = {"authenticator": anybody, "auth_required": True, "auth_require_tls": False}
    with running(Told(), **options) as url, Server(url.replace("smtp://", "smtp://us%40er:p%40ss@"), 5) as server:
        assert server.send("a@example.no", "b@example.no", MAIL) == Verdict("sent")
    assert seen == [(b"us@er", b"p@ss")]


@pytest.mark.parametrize(("url", "port"), [("smtp://mail.example.no", 25), ("smtps://mail.example.no", 465)])
def test_a_server_is_looked_for_at_its_usual_port(monkeypatch, url, port):
    went = []

    def connect(_self, host, at):
        went.append((host, at))
        raise ConnectionRefusedError

    monkeypatch.setattr("smtplib.SMTP.connect", connect)
    with pytest.raises(UnreachableError, match=r"^no mail server: ConnectionRefusedError$"):
        Server(url).__enter__()
    assert went == [("mail.example.no", port)]


def test_a_mail_has_twenty_seconds():
    assert Server("smtp://mail.example.no")._patience == 20.0


def test_a_connection_that_is_gone_needs_no_cutting():
    smtp._cut(smtplib.SMTP())
    ours, theirs = socket.socketpair()
    server = smtplib.SMTP()
    server.sock = ours
    smtp._cut(server)
    assert theirs.recv(1) == b"", "the other end hears of it"
    ours.close()
    smtp._cut(server)
    theirs.close()
