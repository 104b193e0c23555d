"""How often an address may try: counted in the shared database, whatever address is claimed (F9, F10, F31)."""

import hashlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection

import pytest
from sqlalchemy import delete, select, text, update

from app.web import counting
from app.web.counting import OwnDatabase
from app.web.database import db
from model import RateCount
from tests.house import Person, make_app, session_of
from tests.web.english import English
from tests.web.test_processes import process

WRONG = {"username": "admin", "password": "wrong"}
HERE = "198.51.100.7"


@pytest.fixture
def counted(url, tmp_path):
    """An application that counts in a database of each kind."""
    return make_app(url, tmp_path, RATELIMIT_ENABLED=True, LOGIN_LIMIT="3 per hour")


def sign_in(app, address=HERE, **headers):
    options = {"environ_base": {"REMOTE_ADDR": address}, "headers": headers}
    return app.test_client().post("/api/v1/security/login", json=WRONG, **options)


def test_a_count_is_one_row_that_begins_anew_when_its_time_is_over(counted):
    store = OwnDatabase()
    with counted.app_context():
        assert [store.incr("a", 60), store.incr("a", 60, 2), store.get("a"), store.get("b")] == [1, 3, 3, 0]
        assert time.time() + 50 < store.get_expiry("a") < time.time() + 70
        assert store.get_expiry("b") <= time.time()
        with db.engine.begin() as connection:
            connection.execute(update(RateCount).values(ends_at=datetime.now(UTC) - timedelta(seconds=1)))
        assert store.get("a") == 0
        assert store.incr("a", 60) == 1
        store.clear("a")
        assert (store.get("a"), store.incr("c", 60), store.reset(), store.get("c"), store.check()) == (0, 1, 1, 0, True)


def test_no_hit_is_lost_when_many_count_at_once(counted):
    def hit(_):
        with counted.app_context():
            return OwnDatabase().incr("a", 60)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(hit, range(80))) == list(range(1, 81))


def test_what_is_kept_names_nobody_and_is_swept_when_it_is_over(counted):
    assert sign_in(counted).status_code == 401
    later = datetime.now(UTC) + timedelta(hours=2)
    with session_of(counted) as session:
        [row] = session.scalars(select(RateCount)).all()
        kept = row.key
        assert len(kept) == 64
        for known in (HERE, "login", f"LIMITER/{HERE}/login/3/1/hour", f"LIMITS:LIMITER/{HERE}/login/3/1/hour"):
            assert hashlib.sha256(known.encode()).hexdigest() != kept
        assert counting.sweep(session, datetime.now(UTC)) == 0
        assert counting.sweep(session, later) == 1
        assert session.scalars(select(RateCount)).all() == []


def test_f31_two_processes_count_together(url, tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "the same on every host")
    monkeypatch.setenv("LOGIN_LIMIT", "5 per hour")
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--workers 2")

    def sign_in_at(door):
        connection = HTTPConnection(door, timeout=30)
        connection.request("POST", "/api/v1/security/login", json.dumps(WRONG), {"Content-Type": "application/json"})
        with connection.getresponse() as answer:
            return answer.status, answer.getheader("Retry-After")

    with ExitStack() as stack:
        doors = [stack.enter_context(process(url, tmp_path / name)) for name in ("one", "two")]
        codes = [sign_in_at(doors[number % 2])[0] for number in range(5)]
        assert codes == [401] * 5
        for door in doors:
            status, wait = sign_in_at(door)
            assert status == 429
            assert 0 < int(wait) <= 3601  # whole seconds, rounded up


@pytest.mark.parametrize("proxies", [0, 1])
def test_f10_a_claimed_address_makes_no_new_count(sqlite_url, tmp_path, proxies):
    app = make_app(sqlite_url, tmp_path, RATELIMIT_ENABLED=True, LOGIN_LIMIT="3 per hour", TRUSTED_PROXIES=proxies)
    # With a proxy in front the last address is the one that it saw; what stands before it is the sender's own word.
    claims = [f"10.0.0.{number}" + (f", {HERE}" if proxies else "") for number in range(4)]
    codes = [sign_in(app, **{"X-Forwarded-For": claim}).status_code for claim in claims]
    assert codes == [401, 401, 401, 429]
    others = {"X-Forwarded-For": "198.51.100.8"} if proxies else {}
    assert sign_in(app, HERE if proxies else "198.51.100.8", **others).status_code == 401


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("198.51.100.7", "198.51.100.8", False),
        ("198.51.100.7", "198.51.100.7:4711", True),
        ("::ffff:198.51.100.7", "198.51.100.7", True),
        ("::ffff:198.51.100.7", "::ffff:198.51.100.8", False),
        ("[2001:db8:1:2::1]:443", "2001:db8:1:2::2", True),
        ("fe80::1%eth0", "fe80::2", True),
        ("made up", "something else", True),
        ("", "made up", True),
    ],
)
def test_an_ipv6_network_is_one_sender_and_a_port_makes_no_other(small_house, one, other, same):
    names = []
    for each in (one, other):
        with small_house.test_request_context(environ_base={"REMOTE_ADDR": each}):
            names.append(counting.address())
    assert (names[0] == names[1]) is same
    assert all(names)


def test_f31_every_way_to_log_in_counts_together_and_says_when_to_try_again(small_house, sqlite_url, tmp_path):
    app = make_app(sqlite_url, tmp_path, RATELIMIT_ENABLED=True, LOGIN_LIMIT="3 per hour")
    person = English(app)
    person.get("/login/")
    codes = [person.post("/login/", **WRONG).status_code for _ in range(2)]
    codes += [sign_in(app, "127.0.0.1").status_code for _ in range(2)]
    person.get("/login/")
    codes += [person.post("/login/", **WRONG).status_code]
    assert codes == [401, 401, 401, 429, 429]
    assert 0 < int(person.page.headers["Retry-After"]) <= 3601  # whole seconds, rounded up
    assert "You can try again from" in person.text
    assert HERE not in person.text


@pytest.mark.parametrize("name", ["admin", "nobody-of-that-name"])
def test_f31_an_unknown_name_costs_what_a_known_one_does(small_house, monkeypatch, name):
    made, real = [], hashlib.scrypt
    monkeypatch.setattr(
        hashlib, "scrypt", lambda *args, **how: made.append((how["n"], how["r"], how["p"])) or real(*args, **how)
    )
    answer = small_house.test_client().post("/api/v1/security/login", json={"username": name, "password": "wrong"})
    assert answer.status_code == 401
    assert made == [(1024, 8, 1)], "one hash, made as the settings say"


def test_the_way_to_the_login_provider_is_counted(sqlite_url, tmp_path):
    client = make_app(sqlite_url, tmp_path, RATELIMIT_ENABLED=True, OIDC_LIMIT="2 per hour").test_client()
    assert [client.get("/login/oidc").status_code for _ in range(3)] == [404, 404, 429]


def test_links_and_codes_that_open_nothing_are_counted_together_and_good_ones_are_not(sqlite_url, tmp_path):
    app = make_app(sqlite_url, tmp_path, RATELIMIT_ENABLED=True, LOGIN_LIMIT="3 per hour")
    person = English(app)
    person.report()
    receipt = person.page.location
    assert {person.get(receipt).status_code for _ in range(5)} == {200}
    assert person.get("/follow/" + "x" * 43).status_code == 404
    assert person.get("/receipt/" + "x" * 43).status_code == 404
    person.get("/follow/")
    assert person.post("/follow/", code="7K4M-Q2XP-9TRA-VW3E").status_code == 400
    for path in ("/follow/" + "y" * 43, f"/follow/{'y' * 43}/file/1", receipt):
        assert person.get(path).status_code == 429, path
        assert "You can try again from" in person.text
        assert int(person.page.headers["Retry-After"]) > 0


def test_without_its_table_nobody_is_shut_out_and_each_process_counts_by_itself(counted):
    with counted.app_context(), db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE rate_count RENAME TO lost"))
    assert [sign_in(counted).status_code for _ in range(5)] == [401, 401, 401, 429, 429]
    told = counted.test_client().get("/healthz").get_json()["limits"]
    assert told == "the store is out of reach: counted by each process"
    person = Person(counted, "desk")
    assert person.get("/cases/").status_code == 200
    with counted.app_context(), db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE lost RENAME TO rate_count"))
        assert connection.scalars(select(RateCount)).all() == []
    assert counted.test_client().get("/healthz").get_json()["limits"] == "shared by all processes"


def test_health_tells_how_hits_are_counted(sqlite_url, tmp_path):
    def told(**settings):
        return make_app(sqlite_url, tmp_path, **settings).test_client().get("/healthz").get_json()["limits"]

    assert told() == "off"
    assert told(RATELIMIT_ENABLED=True, RATELIMIT_STORAGE_URI="memory://") == "counted by each process"
    nowhere = "redis://127.0.0.1:1/0"
    assert told(RATELIMIT_ENABLED=True, RATELIMIT_STORAGE_URI=nowhere).startswith("the store is out of reach")


def test_whoever_is_stopped_costs_no_more_writes(sqlite_url, tmp_path):
    app = make_app(sqlite_url, tmp_path, RATELIMIT_ENABLED=True, SUBMIT_LIMIT="2 per hour")
    person = English(app)
    assert [person.report(reporter=None).status_code for _ in range(4)] == [400, 400, 429, 429]
    with session_of(app) as session:
        assert session.scalars(select(RateCount.count)).all() == [2]


def test_the_counts_are_gone_with_a_reset(counted):
    assert [sign_in(counted).status_code for _ in range(4)][-1] == 429
    with session_of(counted) as session:
        session.execute(delete(RateCount))
        session.commit()
    assert sign_in(counted).status_code == 401
