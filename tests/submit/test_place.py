from datetime import UTC, datetime

import pytest

from app.submit.place import Place, options, read
from app.web.database import db
from app.workflow.context import Context


@pytest.fixture
def organisation(app):
    with app.test_request_context():
        yield Context.open(db.session(), datetime.now(UTC)).organisation


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("", Place()),
        ("IE", Place("ie")),
        ("  ie ", Place("ie")),
        ("imf", Place("ie")),
        ("Institutt for matematiske fag", Place("ie")),
        ("Department of Mathematical Sciences", Place("ie")),
        ("TMA4100", Place("", "TMA4100")),
        ("tma 4100", Place("", "TMA4100")),
        ("TMA4100 - IMF", Place("ie", "TMA4100")),
        ("IE, TDT-4100", Place("ie", "TDT4100")),
        ("Narnia", Place(known=False)),
        ("TMA4100 i Narnia", Place("", "TMA4100", known=False)),
        ("NTNU", Place(known=False)),
    ],
)
def test_what_is_typed_as_unit_and_place(organisation, typed, place):
    assert read(typed, organisation, "faculty") == place


def test_a_unit_stays_itself_where_the_routine_asks_for_no_kind(organisation):
    assert read("IMF", organisation, None) == Place("imf")


def test_every_unit_that_is_proposed_is_understood(organisation):
    proposed = options(organisation, "faculty")
    assert len(proposed) > 50
    assert all(read(value, organisation, "faculty").unit for value, _ in proposed)
