"""People whom a form names by their mail address."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from wtforms import Field

from app.i18n import language
from app.language.address import in_ascii
from app.web.database import db
from model import Person

ABROAD = re.compile(r"[^@]+@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}")
"""An address at a host that others know by name; `root@localhost` is none."""


def is_address(text: str) -> bool:
    """Whether the text is one mail address, to which a mail can be sent."""
    return ABROAD.fullmatch(text) is not None and in_ascii(text) is not None


def visitor(mail: str) -> Person:
    """Add somebody without an account, reached at that address.

    Nobody has proved that the address is theirs, so an account with the same address isn't given the case.
    """
    guest = Person(mail=mail, guest=True, language=language())
    db.session.add(guest)
    db.session.flush()
    return guest


def named(mail: str) -> Person:
    """Find the person with that address, or add one without an account."""
    known = db.session.scalar(select(Person).where(Person.mail == mail, Person.guest.is_(False)).limit(1))
    return known or visitor(mail)


def typed(text: str) -> list[str]:
    """Give the addresses that were typed in one field, however they are parted."""
    return text.replace(",", " ").replace(";", " ").split()


def as_people(fields: Iterable[Field], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Give answers with people in the place of their addresses; what is no address stays, to be refused.

    Whoever is given as the reporter is a visitor: an account isn't given a case by its address.
    """
    given = dict(answers)
    for each in fields:
        several = typed(str(given.get(each.name) or "")) if each.type == "EmailField" else []
        if several and all(map(is_address, several)):
            find = visitor if each.name == "reporter" else named
            given[each.name] = [find(mail).id for mail in several]
    return given
