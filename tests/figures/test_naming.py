"""What a report calls the deadlines it counts."""

import pytest

from app.figures.naming import Naming
from app.web.here import context
from tests.house import fill, make_app


@pytest.fixture
def naming(tmp_path):
    url = f"sqlite:///{tmp_path / 'house.db'}"
    fill(url, tmp_path, "fort-homes-capa")
    with make_app(url, tmp_path).test_request_context("/", headers={"Accept-Language": "en"}):
        yield Naming(context())


def test_deadlines_that_begin_together_are_told_apart_by_their_ends(naming):
    assert naming.clock("cause_due") == "Open an NCR → Record the root cause"
    assert naming.clock("close_target") == "Open an NCR → the end"


def test_a_deadline_that_begins_alone_is_called_by_its_beginning(naming):
    assert naming.clock("watch") == "Monitoring"
