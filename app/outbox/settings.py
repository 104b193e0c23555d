"""What the outbox has to know of the installation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from flask import current_app

import config


@dataclass(frozen=True, slots=True)
class Settings:
    """`smtp_url` empty = no mail server; `sender` may have a name; `secret` signs tokens and message ids.

    `former` secrets, newest first, only tell what was made with them.
    """

    smtp_url: str
    base_url: str
    sender: str
    secret: str
    default_language: str
    former: tuple[str, ...] = ()

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret of now, and those before it."""
        return (self.secret, *self.former)

    @property
    def host(self) -> str:
        """The name that message ids end with."""
        return urlsplit(self.base_url).hostname or "localhost"

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Read them from an app's config."""
        return cls(
            smtp_url=str(values["SMTP_URL"]),
            base_url=str(values["BASE_URL"]).rstrip("/"),
            sender=str(values["MAIL_FROM"]),
            secret=str(values["SECRET_KEY"]),
            default_language=str(values["BABEL_DEFAULT_LOCALE"]),
            former=tuple(values["SECRET_KEY_OLD"]),
        )

    @classmethod
    def current(cls) -> Self:
        """Read those of the app whose context this is; outside any, those of config.py."""
        return cls.of(current_app.config if current_app else vars(config))
