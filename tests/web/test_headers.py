import re

import pytest

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; object-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def nonce_of(page):
    return re.search(r"'nonce-([^']+)'", page.headers["Content-Security-Policy"]).group(1)


@pytest.mark.parametrize("path", ["/", "/login/", "/nothing/here", "/healthz"])
def test_every_answer_has_the_policy_with_a_nonce_of_its_own(shared_house, path):
    client = shared_house.test_client()
    first, second = client.get(path), client.get(path)
    for page in (first, second):
        assert page.headers["Content-Security-Policy"] == POLICY.format(nonce=nonce_of(page))
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["X-Frame-Options"] == "DENY"
        assert "camera=()" in page.headers["Permissions-Policy"]
    assert nonce_of(first) != nonce_of(second)


def test_scripts_carry_the_nonce_of_their_answer_and_nothing_stands_inline(admin):
    page = admin.get("/users/list/")
    text = page.get_data(as_text=True)
    scripts = re.findall(r"<script\b([^>]*)>(.*?)</script>", text, re.DOTALL)
    assert scripts
    assert all(f'nonce="{nonce_of(page)}"' in head and not body.strip() for head, body in scripts)
    assert not re.search(r"\son\w+=|style=|javascript:", text)


def test_the_address_of_a_followed_case_is_told_to_nobody(shared_house):
    client = shared_house.test_client()
    assert client.get("/follow/some-token").headers["Referrer-Policy"] == "no-referrer"
    assert client.get("/login/").headers["Referrer-Policy"] == "same-origin"


def test_pages_of_people_and_followed_cases_are_kept_by_no_browser(shared_house, admin):
    assert admin.get("/users/list/").headers["Cache-Control"] == "no-store"
    visitor = shared_house.test_client()
    assert visitor.get("/follow/some-token").headers["Cache-Control"] == "no-store"
    assert visitor.get("/").headers["Cache-Control"] == "private, no-cache"


def test_the_session_cookie_is_for_this_site_and_no_script(shared_house):
    cookie = shared_house.test_client().get("/login/").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_over_tls_the_browser_is_told_to_stay_there(shared_house):
    client = shared_house.test_client()
    assert "Strict-Transport-Security" not in client.get("/login/").headers
    assert "max-age" in client.get("/login/", base_url="https://localhost").headers["Strict-Transport-Security"]
