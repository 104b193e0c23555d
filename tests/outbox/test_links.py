from dataclasses import replace

import pytest

from app.outbox import links, tokens
from tests.outbox.conftest import SETTINGS


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("case:2024-1", "https://avvik.example.no/cases/2024-1"),
        ("action:2024-1-1", "https://avvik.example.no/actions/2024-1-1"),
        ("cases:", "https://avvik.example.no/cases/"),
        ("actions:", "https://avvik.example.no/actions/"),
        ("studio:coverage", "https://avvik.example.no/studio/coverage"),
        ("report:all", "https://avvik.example.no/reports/all"),
        ("case:../a?b#c", "https://avvik.example.no/cases/..%2Fa%3Fb%23c"),
    ],
)
def test_a_link_leads_to_its_page(link, address):
    assert links.address(link, {}, SETTINGS) == address


def test_a_follow_link_has_the_cases_token():
    token = tokens.token(SETTINGS.secret, 7, "salt")
    assert (
        links.address("follow:7", {7: ("salt", tokens.digest(token))}, SETTINGS)
        == f"https://avvik.example.no/follow/{token}"
    )


def test_a_follow_link_whose_case_has_no_page_any_more_leads_to_the_door():
    assert links.address("follow:7", {7: (None, None)}, SETTINGS) == "https://avvik.example.no/follow"


def test_which_case_a_link_follows():
    assert [links.followed(link) for link in ("follow:7", "case:7", "follower:7")] == [7, None, None]
    assert links.address("follow:7", {8: ("salt", "x")}, SETTINGS) == "https://avvik.example.no/follow"


def test_an_unknown_link_is_refused():
    with pytest.raises(ValueError, match="javascript"):
        links.address("javascript:alert(1)", {}, SETTINGS)


def test_a_link_made_with_a_secret_that_was_changed_is_the_same_afterwards():
    token = tokens.token(SETTINGS.secret, 7, "salt")
    changed = replace(SETTINGS, secret="another secret", former=("older", SETTINGS.secret))
    told = f"https://avvik.example.no/follow/{token}"
    assert links.address("follow:7", {7: ("salt", tokens.digest(token))}, changed) == told
    assert links.address("follow:8", {8: ("salt", "of nothing")}, changed).endswith(
        tokens.token("another secret", 8, "salt")
    )
