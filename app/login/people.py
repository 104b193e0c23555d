"""Who somebody is here: found by the provider's own subject, joined to a person once, or new.

What the provider says about roles grants nothing: access and functions are data of ours.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.login.refused import Refused
from app.web.addresses import is_address
from app.web.roles import REPORTER, STAFF, role_named
from model import Assignment, Identity, Person

KIND = re.compile(r"[a-z][a-z0-9_-]{0,63}")
NAME = 64
MAIL = "email"


@dataclass(frozen=True, slots=True)
class Rules:
    """Which claims name somebody who is here already (`match`) and what kind they are (`kind`); empty = none."""

    match: str
    kind: str


def account(session: Session, issuer: str, claims: Mapping[str, Any], rules: Rules) -> User:
    """Give the account of whoever the checked claims are about. Raises Refused; flushes, never commits."""
    user = session.scalar(select(User).join(Identity).where(Identity.issuer == issuer, Identity.sub == claims["sub"]))
    if user is None:
        user = _joined(session, claims, rules) or _new(session, claims)
        session.add(Identity(issuer=issuer, sub=claims["sub"], user=user, at=datetime.now(UTC)))
    if not user.is_active:
        raise _no("closed")
    _follow_kind(user.person, claims, rules)
    session.flush()
    return user


def _mail(claims: Mapping[str, Any]) -> str:
    mail = claims.get(MAIL)
    if not isinstance(mail, str) or not is_address(mail):
        raise _no("mail")
    return mail.lower()


def _joined(session: Session, claims: Mapping[str, Any], rules: Rules) -> User | None:
    """Find the one person that the claim names and that nobody else has come in as."""
    _mail(claims)
    names = _names(claims, rules.match)
    query = (
        select(Person)
        .outerjoin(User, Person.user_id == User.id)
        .where(
            or_(func.lower(User.username).in_(names), func.lower(Person.mail).in_(names)),
            Person.guest.is_(False),
            Person.external.is_(False),
            or_(User.id.is_(None), User.id.not_in(select(Identity.user_id))),
        )
    )
    found = session.scalars(query).all()
    if len(found) != 1:
        return None
    [person] = found
    if person.user is None:
        held = select(Assignment.id).where(Assignment.person_id == person.id).limit(1)
        role = REPORTER if person.kind and session.scalar(held) is None else STAFF
        person.user = _made(session, claims, role)
    return person.user


def _names(claims: Mapping[str, Any], claim: str) -> list[str]:
    """Give what the claim says; an address that the provider hasn't seen proved names nobody."""
    if claim == MAIL and claims.get("email_verified") is not True:
        return []
    given = claims.get(claim) if claim else None
    several = given if isinstance(given, list) else [given]
    return [each.lower() for each in several if isinstance(each, str) and each]


def _new(session: Session, claims: Mapping[str, Any]) -> User:
    user = _made(session, claims, REPORTER)
    session.add(Person(mail=_mail(claims), user=user))
    return user


def _made(session: Session, claims: Mapping[str, Any], role: str) -> User:
    """Make an account that no password opens."""
    mail = _mail(claims)
    taken = select(User.id).where(or_(func.lower(User.email) == mail, func.lower(User.username) == mail))
    if session.scalar(taken.limit(1)) is not None:
        raise _no("taken")
    user = User(
        first_name=_text(claims, "given_name") or _text(claims, "name"),
        last_name=_text(claims, "family_name"),
        username=mail if len(mail) <= NAME else hashlib.sha256(mail.encode()).hexdigest(),
        email=mail,
        active=True,
        password=generate_password_hash(secrets.token_urlsafe(32)),
        roles=[role_named(session, role)],
    )
    session.add(user)
    session.flush()
    return user


def _text(claims: Mapping[str, Any], name: str) -> str:
    given = claims.get(name)
    return given[:NAME] if isinstance(given, str) else ""


def _follow_kind(person: Person | None, claims: Mapping[str, Any], rules: Rules) -> None:
    """Let the kind of somebody who only reports follow the claim; whoever has a function keeps theirs."""
    kind = claims.get(rules.kind) if rules.kind else None
    if person is None or not isinstance(kind, str) or not KIND.fullmatch(kind):
        return
    if person.user is not None and [role.name for role in person.user.roles] == [REPORTER]:
        person.kind = kind


def _no(reason: str) -> Refused:
    return Refused(reason, status=HTTPStatus.FORBIDDEN)
