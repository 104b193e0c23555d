"""Traces tell rules and kinds of questions, never addresses, texts or values; and nothing needs them."""

import os
import subprocess
import sys

import pytest
from sqlalchemy import text

from app.web import traced
from app.web.database import db
from config import ROOT
from tests.house import make_app
from tests.web.english import English

export = pytest.importorskip("opentelemetry.sdk.trace.export")
memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
sdk = pytest.importorskip("opentelemetry.sdk.trace")


@pytest.fixture
def traces(sqlite_url, tmp_path):
    """(application, what it has exported)."""
    app, kept = make_app(sqlite_url, tmp_path), memory.InMemorySpanExporter()
    provider = sdk.TracerProvider()
    provider.add_span_processor(export.SimpleSpanProcessor(kept))
    with app.app_context():
        traced.follow(app, db.engine, provider.get_tracer("tests"))
    return app, kept


def broken(app):
    def fail():
        db.session.execute(text("SELECT * FROM nothing WHERE x = 'secret words'"))

    app.add_url_rule("/broken", "broken", fail)


def requests(kept):
    return [span for span in kept.get_finished_spans() if span.kind.name == "SERVER"]


def test_a_request_is_a_span_with_its_questions_in_it(traces):
    app, kept = traces
    English(app).report(description="secret words")
    report = [span for span in requests(kept) if span.name == "POST /"][-1]
    assert dict(report.attributes) == {
        "http.request.method": "POST",
        "http.route": "/",
        "http.response.status_code": 303,
    }
    within = [
        each for each in kept.get_finished_spans() if each.parent and each.parent.span_id == report.context.span_id
    ]
    assert {"SELECT", "INSERT", "UPDATE"} <= {each.name for each in within}
    assert all(each.context.trace_id == report.context.trace_id for each in within)
    assert {frozenset(each.attributes) for each in within} == {frozenset({"db.system.name", "db.operation.name"})}


def test_nothing_that_people_or_programs_sent_is_in_a_span(traces):
    app, kept = traces
    broken(app)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    person = English(app)
    person.report(description="secret words", reporter="secret@stud.example")
    token = person.page.location.rsplit("/", 1)[1]
    person.follow()
    person.get(f"/follow/{'x' * 43}?q=secret", headers={"traceparent": f"00-{'5ec7e7' + 'a' * 26}-{'b' * 16}-01"})
    assert person.get("/broken").status_code == 500
    told = "".join(span.to_json() for span in kept.get_finished_spans())
    assert "GET /receipt/<token>" in told
    assert "GET /follow/<token>" in told
    for secret in (token, "secret", "xxx", "WHERE", "5ec7e7", "nothing"):
        assert secret not in told, secret


def test_what_went_wrong_is_marked_without_its_words(traces):
    app, kept = traces
    broken(app)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    English(app).get("/broken")
    [request] = [span for span in requests(kept) if span.name == "GET /broken"]
    [question] = [span for span in kept.get_finished_spans() if span.status.status_code.name == "ERROR" and span.parent]
    assert request.status.status_code.name == "ERROR"
    assert question.parent.span_id == request.context.span_id
    assert [span.status.description for span in (request, question)] == [None, None]
    assert not [*request.events, *question.events]


@pytest.mark.parametrize(("endpoint", "told"), [("", "ready"), ("http://127.0.0.1:1", "requirements-tracing.txt")])
def test_without_the_packages_it_starts_unless_traces_are_asked_for(sqlite_url, tmp_path, endpoint, told):
    script = "import sys; sys.modules['opentelemetry'] = None\nfrom app import create_app; create_app(); print('ready')"
    own = {"DATABASE_URL": sqlite_url, "VAR_DIR": str(tmp_path), "WORKER": "none"}
    environment = {**os.environ, **own, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
    words = [sys.executable, "-c", script]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode == 0) is (told == "ready")
    assert told in done.stdout + done.stderr
