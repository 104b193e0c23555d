"""Cookies and assets over TLS, and what a browser keeps after logging out."""

import pytest

from app.setup import assets
from tests.house import make_app
from tests.web.english import English as Person

TLS = {"base_url": "https://localhost"}


@pytest.fixture
def secure(sqlite_url, tmp_path):
    return make_app(sqlite_url, tmp_path, SESSION_COOKIE_SECURE=True)


def test_over_tls_every_cookie_is_for_this_very_host(secure):
    answer = secure.test_client().get("/login/?lang=nn", **TLS)
    cookies = answer.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-session", "__Host-lang"}
    for cookie in cookies:
        parts = {part.strip() for part in cookie.split(";")}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts
        assert not [part for part in parts if part.startswith("Domain")]


def test_over_tls_one_logs_in_and_keeps_the_language(secure):
    client = secure.test_client()
    page = client.get("/login/?lang=nn", **TLS).get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    given = {"csrf_token": token, "username": "desk", "password": "avviksflyt"}
    answer = client.post("/login/", data=given, headers={"Referer": "https://localhost/login/"}, **TLS)
    assert answer.status_code == 302
    page = client.get("/users/userinfo/", **TLS)
    assert page.status_code == 200
    assert '<html lang="nn"' in page.get_data(as_text=True)


def test_logging_out_lets_the_browser_forget(small_house):
    desk = Person(small_house, "desk")
    assert "Clear-Site-Data" not in desk.get("/logout/").headers
    assert desk.post("/logout/").headers["Clear-Site-Data"] == '"cache", "storage"'


def test_assets_say_it_too(sqlite_url, tmp_path):
    files = assets.build(tmp_path / "static")
    app = make_app(sqlite_url, tmp_path, ASSETS=tmp_path / "static", SESSION_COOKIE_SECURE=True)
    for file in files.values():
        headers = app.test_client().get(f"/static/{file}", **TLS).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Referrer-Policy"] == "same-origin"
        policy = "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
        assert headers["Content-Security-Policy"] == policy
        assert "Access-Control-Allow-Origin" not in headers
