"""What the outbox knows of the installation."""

from dataclasses import replace

import pytest

import config
from app.outbox.settings import Settings
from tests.outbox.conftest import SETTINGS

VALUES = {
    "SMTP_URL": "smtp://mail",
    "BASE_URL": "https://avvik.example.no/",
    "MAIL_FROM": "Avvik <avvik@example.no>",
    "SECRET_KEY": "now",
    "SECRET_KEY_OLD": ["before", "long ago"],
    "BABEL_DEFAULT_LOCALE": "nn",
}


def test_settings_are_read_from_an_apps_config():
    read = Settings.of(VALUES)
    assert read == Settings(
        smtp_url="smtp://mail",
        base_url="https://avvik.example.no",
        sender="Avvik <avvik@example.no>",
        secret="now",
        default_language="nn",
        former=("before", "long ago"),
    )
    assert read.secrets == ("now", "before", "long ago")
    assert SETTINGS.secrets == (SETTINGS.secret,)


def test_outside_any_app_they_are_those_of_the_config(monkeypatch):
    monkeypatch.setattr(config, "BASE_URL", "https://elsewhere.example.no")
    assert Settings.current().base_url == "https://elsewhere.example.no"


@pytest.mark.parametrize(
    ("base_url", "host"),
    [("https://avvik.example.no:8443/sub", "avvik.example.no"), ("", "localhost"), ("/sub", "localhost")],
)
def test_message_ids_end_with_the_host(base_url, host):
    assert replace(SETTINGS, base_url=base_url).host == host
