"""Faults F28-F33 of a login by a provider; each lie is told by a real one."""

import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select

from tests.house import make_app, session_of
from tests.login.visitor import Visitor
from tests.web.english import English
from tests.web.test_login import EVIL

MINUTE = 60


def accounts(app):
    with session_of(app) as session:
        return session.scalar(select(func.count(User.id)))


def refused(visitor, words, status=401):
    """Whether the page says what to do, and nobody is logged in."""
    assert visitor.status == status, visitor.text
    assert words in visitor.text
    assert "Other ways to log in" in visitor.text
    assert visitor.client.get("/users/userinfo/").status_code == 302


def test_the_login_page_offers_the_provider_first_and_passwords_after_it(app):
    page = English(app)
    page.get("/login/?next=/my/")
    assert page.text.index("Log in with Feide") < page.text.index('id="username"')
    assert 'href="/login/oidc?next=/my/"' in page.text


def test_without_a_provider_there_is_no_such_door(small_house):
    page = English(small_house)
    assert "oidc" not in page.get("/login/").get_data(as_text=True)
    assert page.get("/login/oidc").status_code == 404
    assert page.get("/login/oidc/back?code=1&state=2").status_code == 404


def test_a_link_into_the_product_survives_the_way_there_and_back(app):
    visitor = Visitor(app)
    visitor.logs_in("/my/?q=lecture")
    assert (visitor.status, visitor.page.location) == (302, "/my/?q=lecture")
    assert visitor.get("/my/").status_code == 200
    asked = parse_qs(urlsplit(visitor.there).query)
    assert asked["scope"] == ["openid profile email"]
    assert asked["code_challenge_method"] == ["S256"]
    assert "lecture" not in visitor.there


@pytest.mark.parametrize("target", EVIL)
def test_f28_no_link_leads_to_another_site_after_the_provider(app, target):
    visitor = Visitor(app)
    visitor.logs_in(target)
    assert visitor.page.location in ("/home/", "/%0d%0aLocation:https://evil.example")


def test_f29_the_session_is_a_new_one_after_the_provider(app):
    visitor = Visitor(app)
    visitor.get("/login/")
    before = visitor.hidden()["csrf_token"]
    with visitor.client.session_transaction() as session:
        session["planted"] = "by somebody else"
    back = visitor.goes()
    early = visitor.client.get_cookie("session").value
    visitor.comes(back)
    with visitor.client.session_transaction() as session:
        assert "planted" not in session
        assert "oidc" not in session
    assert visitor.client.get_cookie("session").value != early
    visitor.get("/logout/")
    assert visitor.hidden()["csrf_token"] != before
    visitor.client.set_cookie("session", early)
    assert visitor.client.get("/users/userinfo/").status_code == 302


TIMES = {"expired": {"exp": -MINUTE * 5}, "from tomorrow": {"iat": MINUTE * 60 * 24}}
LIES = {
    "wrong nonce": {"claims": {"nonce": "of another login"}},
    "no nonce": {"claims": {"nonce": None}},
    "for somebody else": {"claims": {"aud": "another-client"}},
    "for somebody else but given to us": {"claims": {"aud": "another-client", "azp": "avviksflyt-test"}},
    "for several and given to another": {"claims": {"aud": ["avviksflyt-test", "other"], "azp": "other"}},
    "for several and given to nobody": {"claims": {"aud": ["avviksflyt-test", "other"]}},
    "from another issuer": {"claims": {"iss": "https://evil.example"}},
    "no expiry": {"claims": {"exp": None}},
    "no subject": {"claims": {"sub": None}},
    "an empty subject": {"claims": {"sub": ""}},
    "a subject that is no text": {"claims": {"sub": 17}},
    "a long subject": {"claims": {"sub": "s" * 300}},
    "another access token": {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    "unsigned": {"alg": "none"},
    "signed with the public key as a secret": {"alg": "HS256"},
    "signed with an algorithm that we don't take": {"alg": "RS512"},
    "a broken signature": {"lies": ["signature"]},
    "no ID token": {"lies": ["no id_token"]},
    "an answer from another issuer": {"answer": {"iss": "https://evil.example"}},
    "an error": {"answer": {"error": "server_error"}},
    "another person's user info": {"more": {"sub": "somebody else"}},
}


@pytest.mark.parametrize("lie", [*LIES, *TIMES])
def test_f32_what_the_provider_must_not_say_lets_nobody_in(app, provider, lie, caplog):
    now = int(time.time())
    claims = {name: now + seconds for name, seconds in TIMES.get(lie, {}).items()}
    before = accounts(app)
    provider.says(**LIES.get(lie, {"claims": claims}))
    visitor = Visitor(app)
    with caplog.at_level(logging.DEBUG):
        visitor.logs_in()
    refused(visitor, "we can't be sure that it is you")
    assert accounts(app) == before
    assert "new@stud.example" not in caplog.text
    assert "subject-1" not in caplog.text


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_each_good_signature_lets_in(app, provider, algorithm):
    provider.says(alg=algorithm)
    visitor = Visitor(app)
    assert visitor.logs_in().status_code == 302, visitor.text


def test_clocks_may_differ_by_a_little(app, provider):
    provider.says(claims={"exp": int(time.time()) - 20})
    assert Visitor(app).logs_in().status_code == 302


def test_f32_a_wrong_state_lets_nobody_in(app):
    visitor = Visitor(app)
    parts = parse_qs(urlsplit(visitor.goes()).query)
    visitor.get("/login/oidc/back", query_string={"code": parts["code"][0], "state": "wrong"})
    refused(visitor, "Log in again from here")


def test_f32_the_state_counts_once_and_in_its_own_browser(app):
    visitor, other = Visitor(app), Visitor(app)
    back = visitor.goes()
    other.comes(back)
    refused(other, "Log in again from here")
    assert visitor.comes(back).status_code == 302
    visitor.comes(back)
    assert visitor.status == 401


def test_f32_a_code_counts_once_even_with_the_session_as_it_was(app):
    visitor = Visitor(app)
    back = visitor.goes()
    copied = visitor.client.get_cookie("session").value
    visitor.comes(back)
    thief = Visitor(app)
    thief.client.set_cookie("session", copied)
    thief.comes(back)
    refused(thief, "we can't be sure that it is you")


def test_an_answer_that_took_too_long_lets_nobody_in(app):
    visitor = Visitor(app)
    back = visitor.goes()
    with visitor.client.session_transaction() as session:
        session["oidc"] = {**session["oidc"], "at": int(time.time()) - 11 * MINUTE}
    visitor.comes(back)
    refused(visitor, "Log in again from here")


def test_f32_keys_may_change_while_we_run(app, provider):
    assert Visitor(app).logs_in().status_code == 302
    provider.rotates()
    visitor = Visitor(app)
    assert visitor.logs_in().status_code == 302, visitor.text


def test_whoever_stops_at_the_provider_is_told_so(app, provider):
    provider.says(answer={"error": "access_denied", "error_description": "<b>no</b>"})
    visitor = Visitor(app)
    visitor.logs_in("/my/")
    refused(visitor, "stopped before it was done")
    assert "next=/my/" in visitor.text
    assert "<b>no</b>" not in visitor.text


def test_a_provider_that_calls_itself_something_else_is_not_trusted(app, provider):
    provider.says(document={"issuer": "https://evil.example"})
    page = English(app)
    page.get("/login/oidc")
    refused(page, "we can't be sure")


def test_a_provider_that_does_not_answer_is_a_page_and_no_failure(joined, sqlite_url, tmp_path):
    page = English(joined(sqlite_url, tmp_path, OIDC_ISSUER="http://127.0.0.1:9"))
    page.get("/login/oidc")
    refused(page, "Try again in some minutes", 503)
    assert English(page.app, "admin").get("/home/").status_code == 302


def test_tries_are_counted_together_with_wrong_passwords(joined, sqlite_url, tmp_path):
    app = joined(sqlite_url, tmp_path, RATELIMIT_ENABLED=True, LOGIN_LIMIT="2 per minute")
    page = English(app)
    codes = [page.get("/login/oidc/back?code=1&state=2").status_code for _ in range(2)]
    page.get("/login/")
    codes.append(page.post("/login/", username="admin", password="wrong").status_code)
    assert codes == [401, 401, 429]


def test_logging_out_ends_ours_and_then_the_provider_s(app, provider):
    visitor = Visitor(app)
    visitor.logs_in()
    copied = visitor.client.get_cookie("session").value
    page = visitor.get("/logout/")
    assert f"form-action 'self' {provider.address};" in page.headers["Content-Security-Policy"]
    visitor.post("/logout/")
    assert visitor.page.location.startswith(f"{provider.address}/end?")
    asked = parse_qs(urlsplit(visitor.page.location).query)
    assert asked["post_logout_redirect_uri"] == ["http://localhost/"]
    assert asked["client_id"] == ["avviksflyt-test"]
    assert asked["id_token_hint"][0].count(".") == 2
    visitor.client.set_cookie("session", copied)
    assert visitor.client.get("/users/userinfo/").status_code == 302


def test_where_the_provider_has_no_page_for_it_logging_out_leads_to_our_start(app, provider):
    provider.says(document={"end_session_endpoint": None})
    visitor = Visitor(app)
    visitor.logs_in()
    visitor.get("/logout/")
    visitor.post("/logout/")
    assert visitor.page.location == "/"


def test_whoever_the_provider_lets_in_gets_no_password_here(app):
    visitor = Visitor(app)
    visitor.logs_in()
    assert "Change my password" not in visitor.get("/users/userinfo/").get_data(as_text=True)
    visitor.get("/resetmypassword/form")
    assert visitor.status == 302
    visitor.get("/users/userinfo/")
    visitor.post("/resetmypassword/form", password="new password 1", conf_password="new password 1")
    again = English(app)
    again.get("/login/")
    assert again.post("/login/", username="new@stud.example", password="new password 1").status_code == 401


def test_a_provider_without_tls_is_no_place_to_send_secrets_to(joined, sqlite_url, tmp_path):
    app = make_app(sqlite_url, tmp_path)
    provider = joined(sqlite_url, tmp_path, OIDC_ISSUER="https://login.example").extensions["oidc"]
    assert provider._is_safe("https://login.example/token")
    assert not provider._is_safe("http://login.example/token")
    assert "oidc" not in app.extensions


def test_a_provider_that_sends_us_elsewhere_is_not_followed(joined, provider, sqlite_url, tmp_path):
    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(302)
            self.send_header("Location", provider.address + self.path)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    provider.says(document={"issuer": address})
    page = English(joined(sqlite_url, tmp_path, OIDC_ISSUER=address))
    page.get("/login/oidc")
    server.shutdown()
    refused(page, "Try again in some minutes", 503)
