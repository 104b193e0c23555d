"""/metrics: never there by accident; what it counts is counted by all processes together, and names nobody."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection

import pytest
from sqlalchemy import delete, text

from app.worker import lease, proving
from model import Lease
from tests.house import make_app, session_of
from tests.web.english import English
from tests.web.test_processes import process, read

TOKEN = "what Prometheus says"
SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="([^"]*)"')


def samples(answer):
    """(name, labels) -> value."""
    return {
        (name, *sorted(LABEL.findall(labels or ""))): float(value) for name, labels, value in SAMPLE.findall(answer)
    }


def asked(app, token=TOKEN):
    return app.test_client().get("/metrics", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def measured(sqlite_url, tmp_path):
    return make_app(sqlite_url, tmp_path, METRICS_TOKEN=TOKEN)


def requests(app, rule, method, status):
    labels = (("method", method), ("rule", rule), ("status", status))
    return samples(asked(app).text).get(("avviksflyt_requests_total", *labels), 0)


def test_without_a_setting_there_is_no_such_page(small_house):
    for token in ("", "None", TOKEN):
        assert asked(small_house, token).status_code == 404
    assert small_house.test_client().get("/metrics").status_code == 404


def test_only_who_knows_the_token_reads_it(measured):
    client = measured.test_client()
    answers = [asked(measured, wrong) for wrong in ("", "wrong", f"{TOKEN} ", "ø")]
    answers += [
        client.get("/metrics"),
        client.get(f"/metrics?token={TOKEN}"),
        English(measured, "admin").get("/metrics"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert not any("avviksflyt_" in answer.text for answer in answers)
    assert asked(measured).status_code == 200
    assert asked(measured).content_type.startswith("text/plain; version=")


def test_requests_are_counted_by_rule_method_and_kind_of_answer(measured):
    before = requests(measured, "/follow/<token>", "GET", "4xx"), requests(measured, "none", "other", "4xx")
    client = measured.test_client()
    for letter in "abc":
        assert client.get(f"/follow/{letter * 43}?q=secret").status_code == 404
    client.open("/nowhere/secret", method="SECRET")
    assert requests(measured, "/follow/<token>", "GET", "4xx") == before[0] + 3
    assert requests(measured, "none", "other", "4xx") == before[1] + 1
    found = samples(asked(measured).text)
    where = (("method", "GET"), ("rule", "/follow/<token>"))
    assert found["avviksflyt_request_seconds_count", *where] >= 3
    assert found["avviksflyt_request_seconds_sum", *where] > 0
    assert not re.search(r"secret|aaa", asked(measured).text, re.IGNORECASE)


def test_it_tells_what_healthz_tells(measured):
    person = English(measured)
    person.report()
    now = datetime.now(UTC)
    with session_of(measured) as session:
        session.execute(delete(Lease))
        lease.take(session, "one", now - timedelta(seconds=40))
        session.commit()
        proving.anchor(now - timedelta(seconds=90))
    facts = measured.test_client().get("/healthz").get_json()
    found = samples(asked(measured).text)
    assert facts["outbox"]["waiting"] > 0
    for status in ("waiting", "sent", "dead"):
        assert found["avviksflyt_mails", ("status", status)] == facts["outbox"][status]
    assert found["avviksflyt_database_up",] == found["avviksflyt_edition",] == 1
    assert found["avviksflyt_clocks_overdue",] == facts["clocks"]["due"]
    assert 40 <= found["avviksflyt_worker_heartbeat_age_seconds",] < 80
    assert 90 <= found["avviksflyt_journal_anchor_age_seconds",] < 130
    assert not any(name.startswith("avviksflyt_backup") for name, *_ in found), "there is none, so it has no age"
    assert "melder@" not in asked(measured).text


def test_an_anchor_of_another_machine_is_known_here(measured, sqlite_url, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    other = make_app(sqlite_url, tmp_path / "elsewhere", METRICS_TOKEN=TOKEN)
    with other.app_context():
        proving.anchor(datetime.now(UTC))
    assert not (tmp_path / "anchors.jsonl").exists()
    assert ("avviksflyt_journal_anchor_age_seconds",) in samples(asked(measured).text)


def test_a_database_that_is_away_is_told_and_the_rest_too(measured):
    with session_of(measured) as session:
        session.execute(text("DROP TABLE lease"))
        session.commit()
    found = samples(asked(measured).text)
    assert found["avviksflyt_database_up",] == 0
    assert any(name == "avviksflyt_requests_total" for name, *_ in found)


def test_several_processes_count_together(sqlite_url, tmp_path, monkeypatch):
    monkeypatch.setenv("METRICS_TOKEN", TOKEN)
    monkeypatch.setenv("WEB_PROCESSES", "2")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    routine = ("avviksflyt_requests_total", ("method", "GET"), ("rule", "/routine"), ("status", "2xx"))

    def scrape(door):
        connection = HTTPConnection(door, timeout=30)
        connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        with connection.getresponse() as answer:
            return samples(answer.read().decode())[routine]

    with process(sqlite_url, tmp_path / "var") as door:
        before, pages = scrape(door), 0
        with ThreadPoolExecutor(8) as pool:
            while len(list(tmp_path.glob("counts-*/counter_*.db"))) < 2 or pages < 16:  # until both have answered
                pages += len(list(pool.map(read, [door] * 8)))
                assert pages < 4000
        assert {scrape(door) for _ in range(6)} == {before + pages}
    assert not list(tmp_path.glob("counts-*")), "and they are gone with it"
