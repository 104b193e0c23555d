"""What a program sends: JSON of one known shape, with answers as the fields ask them; else a 400 that says why."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection, Iterable
from http import HTTPStatus
from typing import Any, NoReturn

from flask import current_app, request
from marshmallow import Schema, ValidationError

from app import privacy
from app.i18n import gettext
from app.language.definition import Field
from app.web import addresses, unasked
from app.web.problems import Problem
from app.workflow.uploads import Upload

BIGGEST = 500_000
"""Bytes of what is sent without files."""
UNREADABLE = "?"
"""An answer that no field takes."""


def read(schema: type[Schema], most: int = BIGGEST) -> dict[str, Any]:
    """Read the request's body. Raises Problem: 400, or 413 from the framework for one that is too long."""
    request.max_content_length = most
    try:
        sent = json.loads(request.get_data(cache=False), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise _bad(gettext("Send JSON.")) from None
    if not isinstance(sent, dict):
        raise _bad(gettext("Send a JSON object."))
    unasked.note(sent, schema().fields)
    try:
        found: dict[str, Any] = schema().load(sent)
    except ValidationError as fault:
        told = gettext("Some of what you sent has another form than it should.")
        raise _bad(told, faults=fault.messages) from fault
    return found


def biggest_for(asked: Iterable[Field]) -> int:
    """How many bytes may be sent as answers to these fields: files need more."""
    most: int = current_app.config["MAX_CONTENT_LENGTH"]
    return most if any(each.type == "file" for each in asked) else BIGGEST


def answers(sent: dict[str, Any], asked: Collection[Field]) -> dict[str, Any]:
    """Give the answers as the engine takes them from a form. Raises Problem for a field that isn't asked."""
    known = {each.name: each for each in asked}
    unknown = sorted(set(sent) - set(known))
    if unknown:
        unasked.note(unknown, known)
        raise _bad(gettext("These fields aren't asked here: %(names)s.", names=", ".join(unknown)), asked=sorted(known))
    return {name: _answer(known[name], value) for name, value in sent.items()}


def _answer(field: Field, value: Any) -> Any:
    if not isinstance(value, list):
        return _one(field, value)
    if not field.many:
        raise _wrong(field)
    return [_one(field, each) for each in value]


def _one(field: Field, value: Any) -> Any:
    if value is None:
        return ""
    match field.type, value:
        case "tick", bool():
            return value
        case "number", int() | float() if not isinstance(value, bool):
            return str(value)
        case "person", int() | str() if not isinstance(value, bool):
            return _person(field, value)
        case "file", dict():
            return _file(field, value)
        case (("tick" | "person" | "file"), _):
            raise _wrong(field)
        case _, str():
            return privacy.clean(value)
        case _:
            raise _wrong(field)


def _person(field: Field, value: int | str) -> int | str:
    """Somebody by their id, where a party says who may be chosen; elsewhere by their mail address."""
    by_mail = field.choices is None or isinstance(field.choices, tuple | str)
    if not by_mail:
        return value if isinstance(value, int) else privacy.clean(value)
    mail = privacy.clean(str(value)).strip()
    return addresses.named(mail).id if addresses.is_address(mail) else UNREADABLE


def _file(field: Field, value: dict[str, Any]) -> Upload:
    name, content = value.get("name"), value.get("content")
    if set(value) != {"name", "content"} or not isinstance(name, str) or not isinstance(content, str):
        raise _wrong(field)
    try:
        return Upload(privacy.clean(name), base64.b64decode(content, validate=True))
    except (binascii.Error, ValueError):
        raise _wrong(field) from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _wrong(field: Field) -> Problem:
    told = gettext("The answer to “%(name)s” has another form than it should.", name=field.name)
    return _bad(told, asked=[field.name])


def _bad(detail: str, **more: Any) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, detail, **more)
