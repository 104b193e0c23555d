"""The routine and the document itself, as the OpenAPI document tells them."""

from marshmallow import Schema, fields

from app.api.schemas import Choice, State
from app.api.shapes import flag, several, whole, words


class RoutineState(State):
    """A state, with what the reporter reads."""

    told = words()


class RoutineMove(Schema):
    """A move as the routine declares it; `by` is null for what happens by itself."""

    name = words()
    label = words()
    from_ = fields.List(fields.String(), required=True, data_key="from", attribute="from")
    to = words(null=True)
    by = words(null=True)
    required_ = fields.List(fields.String(), required=True, data_key="required", attribute="required")
    optional = several(fields.String())
    guards = several(fields.String())


class RoutineFlow(Schema):
    """A flow."""

    name = words()
    label = words()
    part_of = several(fields.String())
    states = several(RoutineState)
    transitions = several(RoutineMove)


class RoutineField(Schema):
    """A question that some move asks."""

    name = words()
    label = words()
    help = words()
    type = words()
    many = flag()
    choices = fields.List(fields.Nested(Choice), required=True, allow_none=True)


class Guard(Schema):
    """A condition, in the sentence that tells why not."""

    name = words()
    says = words()


class Document(Schema):
    """The document itself."""

    openapi = words()
    paths = fields.Dict(required=True)


class Routine(Schema):
    """The routine in force."""

    title = words()
    edition = whole()
    flows = several(RoutineFlow)
    fields_ = fields.List(fields.Nested(RoutineField), required=True, data_key="fields", attribute="fields")
    guards = several(Guard)
