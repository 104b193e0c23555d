"""Reports, as the OpenAPI document tells them."""

from marshmallow import Schema, fields

from app.api.shapes import flag, several, whole, words


class ReportName(Schema):
    """A report that one may read."""

    name = words()
    title = words()
    address = words()


class Reports(Schema):
    """The reports."""

    reports = several(ReportName)


class Cell(Schema):
    """A counted value. `shown` is number, under (fewer than `hide_below`) or hidden; then `count` is null."""

    text = words()
    count = whole(null=True)
    shown = words()


class Section(Schema):
    """The cases by one field."""

    field = words()
    label = words()
    cells = several(Cell)


class Line(Schema):
    """A combination with its count, or a case of a list."""

    values = several(fields.String())
    count = whole(null=True)


class Sum(Schema):
    """What a field adds up to."""

    label = words()
    sum = words()


class Timing(Schema):
    """How long a clock's work took; `days` is the middle one's. The `extended` ones are among the others."""

    label = words()
    in_time = whole()
    late = whole()
    running = whole()
    overdue = whole()
    extended = whole()
    days = fields.Float(required=True, allow_none=True)


class Report(Schema):
    """A report's numbers; none of them, and no `total`, where there are too few cases to tell any."""

    name = words()
    title = words()
    from_ = fields.Date(required=True, data_key="from", attribute="from")
    until = fields.Date(required=True)
    hide_below = whole()
    too_few = flag()
    total = whole(null=True)
    sections = several(Section)
    columns = several(fields.String())
    rows = several(Line)
    sums = several(Sum)
    times = several(Timing)
