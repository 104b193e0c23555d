"""Servers that can't be trusted (F56): nothing is sent to one whose certificate isn't its own."""

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.outbox.deliver import deliver
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
