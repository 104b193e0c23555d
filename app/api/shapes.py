"""Kinds of fields, as the schemas name them. All of them are always there."""

from typing import Any

from marshmallow import Schema, fields


def words(*, null: bool = False, **told: Any) -> fields.String:
    """A text."""
    return fields.String(required=True, allow_none=null, metadata=told)


def whole(*, null: bool = False) -> fields.Integer:
    """A whole number."""
    return fields.Integer(required=True, allow_none=null)


def flag() -> fields.Boolean:
    """True or false."""
    return fields.Boolean(required=True)


def one(each: type[Schema], *, null: bool = False) -> fields.Nested:
    """An object."""
    return fields.Nested(each, required=True, allow_none=null)


def several(each: Any) -> fields.List:
    """A list of objects, or of what a field holds."""
    return fields.List(fields.Nested(each) if isinstance(each, type) else each, required=True)
