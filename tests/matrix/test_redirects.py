"""F28: nobody is led to another site, whatever an address or a form says."""

import re
from urllib.parse import quote, urlsplit

import pytest

from tests.house import Person
from tests.matrix.crossing import filled, rules
from tests.matrix.test_matrix import ACTION, CASE, about

EVIL = "evil.example"
TARGETS = (
    f"https://{EVIL}/",
    f"//{EVIL}/",
    f"///{EVIL}/",
    f"/\\{EVIL}/",
    f"\\\\{EVIL}/",
    f"/\t/{EVIL}/",
    f"http:{EVIL}",
    f"https:///{EVIL}",
    f"javascript:alert(1)//{EVIL}",
    f"/%0d%0aLocation:%20https://{EVIL}",
    f"/\r\nLocation: https://{EVIL}",
    f"/@{EVIL}",
)
NAMES = ("next", "url", "return_url", "back", "redirect", "to", "continue", "way", "leaving")
"""What the frameworks call, or could call, the page to go to afterwards."""
ELSEWHERE = re.compile(
    rf'(?:href|action|content|formaction)="(?:(?!http://localhost/)[a-z]+:|[/\\]{{2}}|/\\)[^"]*{re.escape(EVIL)}',
    re.IGNORECASE,
)


def leads_away(page):
    """Whether an answer leads, or has a link that leads, to the other site."""
    to = page.headers.get("Location", "")
    # A browser takes a backslash for a slash, and drops tabs and line ends.
    parts = urlsplit(re.sub(r"[\t\r\n]", "", to).replace("\\", "/"))
    gone = EVIL in parts.netloc or parts.scheme not in ("", "http", "https") or parts.netloc not in ("", "localhost")
    return gone or bool(ELSEWHERE.search(page.get_data().decode("utf-8", "replace")))


@pytest.mark.parametrize("target", TARGETS)
def test_f28_a_login_leads_to_this_site_alone(crowded, target):
    person = Person(crowded.app)
    person.get(f"/login/?next={quote(target)}")
    assert not leads_away(person.page), person.page.location
    person.name = "quality_ie"
    person.log_in(f"/login/?next={quote(target)}")
    assert not leads_away(person.page), person.page.location
    again = person.get(f"/login/?next={quote(target)}")
    assert not leads_away(again), again.location
    assert "\n" not in str(again.headers.get("Location"))
    crowded.restore()


def test_f28_no_address_leads_away_whatever_it_is_given(world):
    given = "&".join(f"{name}={quote(f'//{EVIL}/')}" for name in NAMES)
    other = "&".join(f"{name}={quote(f'https://{EVIL}/')}" for name in NAMES)
    number, part = world.numbers["quality", "in_progress"], world.numbers["quality", "action", "accepted"]
    token, wrong = world.token_of(number), []
    for who in ("visitor", "quality", "admin"):
        crossing = world(who)
        for method, rule in sorted(rules(world.app), key=lambda each: each[1] == "/logout/"):
            path = filled(rule, {CASE: number, ACTION: part}.get(about(rule), ""), token, "note")
            path += ("&" if "?" in path else "?") + (given if method == "GET" else other)
            if method == "GET":
                crossing.get(path)
            else:
                crossing.post(path, **dict.fromkeys(NAMES, f"//{EVIL}/"), version=0)
                if world.changed():
                    world.restore()
            if leads_away(crossing.person.page):
                wrong.append(f"{method} {rule} by {who}: {crossing.person.page.headers.get('Location')}")
    assert not wrong, "\n".join(wrong)


def test_f28_the_page_that_sent_somebody_here_is_no_page_to_go_back_to(world):
    crossing = world("admin")
    for path in ("/roles/add", "/studio/area/new/", "/users/edit/1", "/userinfoeditview/form"):
        page = crossing.person.client.post(
            path, data={"csrf_token": crossing.token, "first_name": "A", "last_name": "B", "name": "fresh"},
            headers={"Referer": f"https://{EVIL}/", "Origin": f"https://{EVIL}"},
        )  # fmt: skip
        assert not leads_away(page), path
