"""What holds at every address, read from the URL map: a new route is asked by itself.

Faults F33 (headers), F11 and CSRF (nothing is changed without the form's own token), F34 and F35 (questions to lists).
"""

import re
import shutil

import pytest
from werkzeug.exceptions import Conflict, ServiceUnavailable

from tests.conftest import url_of
from tests.house import make_app
from tests.web.english import English as Person

PAGE = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; object-src 'none'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
NONCE = re.compile(r"'nonce-([\w-]{20,})'")
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
OPENS_A_CASE = ("/follow", "/receipt", "/api/")
CHANGES = {"POST", "PUT", "PATCH", "DELETE"}
TLS = {"base_url": "https://localhost"}
CHOICES = re.compile(r"<any\(([^,)]*)[^>]*>")
HOSTILE = [
    "sort=nothing&page=-1&psize_CaseView=1000000000&size=1000000000&after=%27&before=-1",
    "sort=-password&page=1e9&page_size=1e9&flt0_0=x&flt999_9=y&_flt_9_name=x&_oc_CaseView=nothing&_od_CaseView=up",
    "sort=99&sort_desc=x&search=%22+AND+*+NEAR(+a:+OR+NOT+%5C&q=%22+AND+*+NEAR(+a:+OR+NOT+%5C",
    "q=%00%1f%ED%A0%80%27%22%25_%5C&search=%00&unit=%00&from=%00&until=0000-00-00&number=%00&which=%00",
    "from=9999-12-31&until=0001-01-01&period=x&tab=nothing&state=%00&area=nothing&unit=99999999999999999999&lang=xx",
    "id=99999999999999999999&url=//evil.example&next=//evil.example&columns=password&field.nothing.from=x&field.x=%00",
]


def address(rule, number):
    """An address of the rule: what stands in its placeholders names something where that is easily had."""
    path = CHOICES.sub(r"\1", rule)
    path = re.sub(r"<(int:)?(which|pk)>", "1", path.replace("<number>", number).replace("<flow>", "case"))
    return re.sub(r"<[^>]+>", "by_unit", path)


def asked(app, number):
    """(method, address) of each rule and way of asking."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            if rule.rule != "/logout/":  # its own tests; here it would end the login
                yield method, address(rule.rule, number)


def add_faults(app):
    """Addresses at which something goes wrong."""

    def fault(kind):
        raise {"409": Conflict, "503": ServiceUnavailable}.get(kind, ZeroDivisionError)

    app.add_url_rule("/fault/<kind>", "fault", fault)


def furnished(app):
    """The installation with a case in it, and the case's number."""
    add_faults(app)
    student = Person(app, "student_idi")
    student.report()
    return app, re.search(r"\d{4}-\d{4}", student.follow().get_data(as_text=True))[0]


@pytest.fixture(scope="module")
def place(sqlite_filled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("everywhere")
    shutil.copy(sqlite_filled, folder / "house.db")
    return furnished(make_app(f"sqlite:///{folder / 'house.db'}", folder))


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def each_place(request, tmp_path_factory):
    """The same on each kind of database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("place")
        return
    copies = request.getfixturevalue("postgresql_copies")
    name = copies.take()
    yield furnished(make_app(url_of(name), tmp_path_factory.mktemp("everywhere")))
    copies.give_back(name)


def wrong_headers(answer, *, private):
    """What of an answer's headers isn't exactly as it must be."""
    headers = answer.headers
    policy = headers.get("Content-Security-Policy", "")
    nonce = NONCE.search(policy)
    found = [f"{name}: {headers.get(name)}" for name, value in ALWAYS.items() if headers.getlist(name) != [value]]
    if policy != PAGE.format(nonce=nonce[1] if nonce else ""):
        found.append(policy)
    if headers.getlist("Referrer-Policy") != ["no-referrer" if private == "case" else "same-origin"]:
        found.append(headers.get("Referrer-Policy"))
    if private and headers.get("Cache-Control") != "no-store":
        found.append(f"kept by browsers: {headers.get('Cache-Control')}")
    if "Access-Control-Allow-Origin" in headers or "Server" in headers:
        found.append("says too much")
    if answer.data and not re.search(r"; charset=utf-8$|/json|/problem\+json|openxml|pdf|zip", answer.content_type):
        found.append(answer.content_type)
    if answer.mimetype == "text/html":
        text = answer.get_data(as_text=True)
        scripts = re.findall(r"<script\b([^>]*)>(.*?)</script>", text, re.DOTALL)
        bad = [head for head, body in scripts if nonce is None or f'nonce="{nonce[1]}"' not in head or body.strip()]
        inline = re.search(r"<[^>]+\s(?:on\w+|style)\s*=|javascript:", text)
        found += bad + ([inline[0]] if inline else [])
    return found


def kind_of(path, name):
    if path.startswith(OPENS_A_CASE):
        return "case"
    return "person" if name else ""


@pytest.mark.parametrize("name", [None, "quality_ie", "admin"])
def test_f33_every_answer_at_every_address_has_exactly_these_headers(place, name):
    app, number = place
    person = Person(app, name)
    for key in list(person.client._cookies.values()) if name else ():
        person.client.set_cookie(key.key, key.value, secure=True)
    nonces, wrong = [], []
    for method, path in [*asked(app, number), ("GET", "/nothing"), ("TRACE", "/"), ("DELETE", "/login/")]:
        answer = person.client.open(path, method=method, **TLS)
        nonces += NONCE.findall(answer.headers.get("Content-Security-Policy", ""))
        wrong += [
            f"{method} {path} {answer.status_code}: {each}"
            for each in wrong_headers(answer, private=kind_of(path, name))
        ]
        assert answer.status_code < 500 or path in ("/healthz", "/fault/by_unit"), f"{method} {path}"
    assert not wrong, "\n".join(wrong)
    assert len(nonces) == len(set(nonces)) > 150


def test_f33_pages_about_what_went_wrong_have_them_too(sqlite_url, tmp_path):
    limits = {"RATELIMIT_ENABLED": True, "LOGIN_LIMIT": "1 per hour", "MAX_CONTENT_LENGTH": 2000}
    app = make_app(sqlite_url, tmp_path, **limits)
    add_faults(app)
    visitor, desk = Person(app), Person(app, "desk")
    visitor.get("/login/")
    sent = {**visitor.hidden(), "username": "desk", "password": "wrong"}
    ways = [
        (400, lambda: visitor.client.post("/", data={"description": "x"}, **TLS)),
        (401, lambda: visitor.client.get("/api/v1/cases", **TLS)),
        (403, lambda: desk.client.get("/users/list/", **TLS)),
        (404, lambda: visitor.client.get("/nothing", **TLS)),
        (405, lambda: visitor.client.open("/", method="TRACE", **TLS)),
        (409, lambda: visitor.client.get("/fault/409", **TLS)),
        (413, lambda: visitor.client.post("/login/", data={"username": "x" * 3000}, **TLS)),
        (401, lambda: visitor.client.post("/login/", data=sent)),
        (429, lambda: visitor.client.post("/login/", data=sent)),
        (500, lambda: visitor.client.get("/fault/500", **TLS)),
        (503, lambda: visitor.client.get("/fault/503", **TLS)),
    ]
    for code, way in ways:
        answer = way()
        assert answer.status_code == code
        over_tls = answer.request.scheme == "https"
        private = kind_of(answer.request.path, "desk" if code == 403 else None)
        wrong = [each for each in wrong_headers(answer, private=private) if over_tls or "Strict-" not in each]
        assert not wrong, (code, wrong)


def test_without_its_own_token_no_form_changes_anything(place):
    app, number = place
    for name in (None, "quality_ie", "admin"):
        client = Person(app, name).client
        for method, path in asked(app, number):
            if method in CHANGES and not path.startswith("/api/"):
                for token in ({}, {"csrf_token": "of somebody else"}):
                    answer = client.open(path, method=method, data={"description": "x", **token})
                    refusal = 404 if path.startswith("/follow/by") else 400  # a wrong link is none, with or without
                    assert answer.status_code == refusal, f"{name}: {method} {path} {answer.status_code}"


def test_programs_are_known_by_their_token_and_never_by_a_cookie(place):
    app, number = place
    client = Person(app, "admin").client
    for method, path in asked(app, number):
        if method in CHANGES and path.startswith("/api/") and path != "/api/v1/security/login":
            assert client.open(path, method=method, json={}).status_code == 401, f"{method} {path}"


@pytest.mark.parametrize("name", [None, "quality_ie", "admin"])
def test_f34_f35_no_question_breaks_a_page(each_place, name):
    app, number = each_place
    client = Person(app, name).client
    pages = [path for method, path in asked(app, number) if method == "GET" and client.get(path).status_code == 200]
    assert len(pages) > (5 if name is None else 15)
    for path in pages:
        for question in HOSTILE:
            answer = client.get(f"{path}?{question}")
            assert answer.status_code in {200, 302, 400, 404}, f"{path}?{question}: {answer.status_code}"
            assert not (answer.location or "").startswith(("//", "http")), f"{path}?{question}: {answer.location}"


def test_a_fault_that_nobody_foresaw_is_caught_and_kept_from_its_reader(place, caplog):
    app, _ = place
    with caplog.at_level("ERROR"):
        answer = Person(app).client.get("/fault/500")
    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.get_data(as_text=True)
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("text", ["\x00desk", "desk\x00", "\ud800", "\u202edesk", "' OR 1=1 --", "d" * 5000])
def test_f4_odd_names_and_passwords_log_nobody_in_and_break_nothing(each_place, text):
    app, _ = each_place
    visitor = Person(app)
    visitor.get("/login/")
    sent = text.encode("utf-8", "surrogatepass")
    form = {**visitor.hidden(), "username": sent, "password": sent}
    assert visitor.client.post("/login/", data=form).status_code == 401
    told = app.test_client().post("/api/v1/security/login", json={"username": text, "password": text})
    assert told.status_code in {400, 401, 413}


def test_f4_a_name_that_no_database_keeps_is_no_failure(each_place):
    app, _ = each_place
    admin = Person(app, "admin")
    for path in ("/users/add", "/roles/add", "/groups/add"):
        admin.get(path)
        given = {"name": "a\x00b", "username": "a\x00b", "email": "a\x00@b.example", "first_name": "\x00"}
        assert admin.post(path, **given).status_code in {200, 302, 400}, path
