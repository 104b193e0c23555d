"""Whom a page names when a routine speaks of a party."""

import pytest

from app.web.here import context
from app.workflow.refusals import of_party
from tests.house import fill, make_app


@pytest.fixture
def told(tmp_path):
    url = f"sqlite:///{tmp_path / 'house.db'}"
    fill(url, tmp_path, "uio-si-fra")
    app = make_app(url, tmp_path)
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        yield lambda name: of_party(name, context().facts_of_new("red", {}))


def test_a_named_party_is_told_by_its_members_and_a_field_by_its_label(told):
    assert told("reporter") == "the reporter"
    assert told("informed_reporter") == "the reporter"
    assert told("formal_owner") == "Head of department, Dean, University director"
    assert told("subject") == "those named in “The person concerned”"
    assert told("handler, informed_reporter") == "the handler, the reporter"
    assert told("audit") == "Internal audit"


def test_whoever_did_something_is_told_by_what_they_did(small_house):
    with small_house.test_request_context("/", headers={"Accept-Language": "en"}):
        facts = context().facts_of_new("case", {})
        assert of_party("former", facts) == "whoever did “Accept for handling”"
