"""What goes in and out, as the OpenAPI document tells it. A field that may be null says so."""

from marshmallow import RAISE, Schema, fields, validate

from app.api.shapes import flag, one, several, whole, words

MOST_VERSION = 2**31 - 2
"""One more, and the column that holds the next one is full."""


class Problem(Schema):
    """What went wrong (RFC 9457)."""

    type = words()
    title = words()
    status = whole()
    detail = fields.String()


class Misunderstood(Problem):
    """What couldn't be read: `faults` by field, and the parameters or fields that are known there."""

    known = fields.List(fields.String())
    asked = fields.List(fields.String())
    faults = fields.Raw()


class Mend(Schema):
    """A move that mends a reason; `address` is null where it can't be made now."""

    move = words()
    label = words()
    address = words(null=True)


class Reason(Schema):
    """One reason why not. `kind` is state, who, field, guard, empty or personal_data."""

    kind = words()
    name = words(description="The field's, guard's or party's")
    reason = words(description="Of a field: missing, invalid, personal_data, too_big or unknown_kind")
    says = words()
    guard_kind = words(description="Of a guard: input, process or fact")
    mends = several(Mend)


class Refused(Problem):
    """Every reason why a move isn't made."""

    reasons = several(Reason)


class State(Schema):
    """Where a case or an action stands."""

    name = words()
    label = words()
    finished = flag()


class Stale(Problem):
    """The case has moved on: where it stands now."""

    state = one(State)
    version = whole()


class Login(Schema):
    """An account."""

    class Meta:
        """Nothing else is taken."""

        unknown = RAISE

    username = fields.String(required=True)
    password = fields.String(required=True)
    code = fields.String(metadata={"description": "From the app, where the account logs in with a code as well."})


class Token(Schema):
    """What stands after `Authorization: Bearer`."""

    access_token = words()
    token_type = words()
    expires_in = fields.Integer(required=True, metadata={"description": "Seconds"})


class Answer(Schema):
    """An answer as the routine knows it, and in words; `value` is null for none."""

    value = fields.Raw(required=True, allow_none=True)
    text = words()


class Row(Schema):
    """A case or an action. What one may not read is null, or left out of `fields`."""

    number = words()
    flow = words(description="The flow's name in the routine")
    title = words(null=True)
    state = one(State)
    told = words(description="What the reporter reads about the state")
    version = whole()
    handler = words(null=True)
    next_step = words(null=True)
    due_at = fields.DateTime(required=True, allow_none=True)
    submitted_at = fields.DateTime(required=True, allow_none=True)
    case = words(null=True, description="Of an action: the number of its case, if one sees that")
    fields_ = fields.Dict(
        keys=fields.String(), values=fields.Nested(Answer), required=True, data_key="fields", attribute="fields"
    )
    address = words()


class Rows(Schema):
    """One page of a list. `count` stops at 1000 where `count_is_exact` is false."""

    rows = several(Row)
    count = whole()
    count_is_exact = flag()
    next = words(null=True)
    previous = words(null=True)


class Move(Schema):
    """A move that is one's own from here; `adds` is the flow of the part that it makes."""

    name = words()
    label = words()
    allowed = flag()
    reasons = several(Reason)
    adds = words(null=True)
    address = words()


class Happened(Schema):
    """One row of the journal, its answers as far as one may read them."""

    at = fields.DateTime(required=True)
    number = words()
    event = words()
    move = words(null=True)
    title = words()
    who = words()
    from_state = words(null=True)
    to_state = words()
    answers = fields.Dict(keys=fields.String(), values=fields.Nested(Answer), required=True)


class File(Schema):
    """A file; one whose status is "pending" or "infected" can't be downloaded."""

    id = whole()
    field = words()
    name = words()
    kind = words()
    size = fields.Integer(required=True, metadata={"description": "Bytes"})
    status = words()
    address = words()


class Detail(Row):
    """A case or an action with all that one may read of it."""

    round = whole(null=True)
    edition = whole(null=True)
    parts = several(Row)
    journal = several(Happened)
    files = several(File)
    moves = several(Move)


class Choice(Schema):
    """One choice of a field."""

    name = words()
    label = words()


class FormField(Schema):
    """A question of a move. `value` is what the answer is if none is sent; `choices` is null where anything goes."""

    name = words()
    label = words()
    help = words()
    type = words()
    required_ = fields.Boolean(required=True, data_key="required", attribute="required")
    many = flag()
    value = fields.Raw(required=True, allow_none=True)
    choices = fields.List(fields.Nested(Choice), required=True, allow_none=True)


class Form(Move):
    """A move with what it asks."""

    version = whole()
    fields_ = fields.List(fields.Nested(FormField), required=True, data_key="fields", attribute="fields")


class _Sent(Schema):
    class Meta:
        """Nothing else is taken."""

        unknown = RAISE

    answers = fields.Dict(
        keys=fields.String(),
        values=fields.Raw(allow_none=True),
        metadata={"description": "An answer for each field: text, number, true, a list of them, or a file"},
    )


class Sending(_Sent):
    """A move: `version` is that of the case it is made from."""

    version = fields.Integer(required=True, strict=True, validate=validate.Range(1, MOST_VERSION))


class NewCase(_Sent):
    """A report; `transition` is the way to make it, the first that is one's own if none is named."""

    transition = fields.String()
    keep_personal_data = fields.Boolean(
        truthy={True}, falsy={False}, metadata={"description": "Send texts that look like they hold personal data"}
    )


class Moved(Schema):
    """What came of it. `state`, `version` and `address` are null where one may not see it any more."""

    number = words()
    happened = fields.Boolean(required=True, metadata={"description": "False while others must answer, too"})
    state = one(State, null=True)
    told = words()
    version = whole(null=True)
    address = words(null=True)
