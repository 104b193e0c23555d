from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.worker import lease
from tests.worker.conftest import post


def beat(session, ago):
    lease.take(session, "one", datetime.now(UTC) - timedelta(seconds=ago))
    session.commit()


def test_all_is_well(app, session):
    beat(session, 5)
    post(session)
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 200
    facts = answer.get_json()
    assert (facts["status"], facts["database"], facts["edition"]) == ("ok", "sqlite", 1)
    assert 5 <= facts["worker"]["heartbeat_age"] < 60
    assert (facts["outbox"]["waiting"], facts["outbox"]["dead"]) == (1, 0)
    assert facts["outbox"]["oldest_age"] > 0
    assert "schema" in facts
    assert facts["limits"] == "shared by all processes"
    assert "marit" not in answer.text
    assert "secret" not in answer.text


@pytest.mark.parametrize("ago", [None, 61])
def test_a_worker_that_is_silent_for_a_minute_is_missed(app, session, ago):
    """F50: away and slow - the worker."""
    if ago:
        beat(session, ago)
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.get_json()["reason"]) == (503, "worker")


def test_where_no_worker_is_expected_none_is_missed(app, session):
    app.config["WORKER"] = "none"
    assert app.test_client().get("/healthz").status_code == 200


def test_a_database_that_fails_is_the_reason(app, session):
    session.execute(text("DROP TABLE lease"))
    session.commit()
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.get_json()["reason"]) == (503, "database")
    assert str(app.config["VAR"]) not in answer.text
