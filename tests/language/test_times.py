import pytest

from app.language.moments import Length, Moment
from app.language.times import length, moment


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("5 days", Length(5, "days")),
        ("1 day", Length(1, "days")),
        ("3 working days", Length(3, "working days")),
        ("1 working day", Length(1, "working days")),
        ("24 hours", Length(24, "hours")),
        ("2 weeks", Length(2, "weeks")),
        ("3 months", Length(3, "months")),
        ("100 years", Length(100, "years")),
        *(
            (text, None)
            for text in ("101 years", "0 days", "-1 days", "1.5 days", "days", "5", "٣ days", "5  days", "5 days ", "")
        ),
    ],
)
def test_length(text, parsed):
    assert length(text) == parsed


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("due", Moment("due")),
        ("3 working days before", Moment("before", Length(3, "working days"))),
        ("2 days after", Moment("after", Length(2, "days"))),
        ("every 5 days", Moment("every", Length(5, "days"))),
        *(
            (text, None)
            for text in ("3 days", "every", "every 5", "before 3 days", "3 days every", "after", "", "due due")
        ),
    ],
)
def test_moment(text, parsed):
    assert moment(text) == parsed
