"""The journal in parts, by the recipe of docs/operations.md: the product works on it as before, and nothing is lost."""

import re

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.cli.journal import group
from app.worker.tick import tick
from config import ROOT
from tests.house import Person, cases, make_app

pytestmark = pytest.mark.postgresql
COUNT = "SELECT count(*) FROM journal_entry"
REFUSED = [
    "DELETE FROM journal_entry",
    "UPDATE journal_entry SET at = now()",
    "UPDATE journal_entry SET digest = 'x'",
    "TRUNCATE journal_entry",
    *(f"TRUNCATE journal_entry_{part}" for part in range(4)),
]
AGAIN = """
INSERT INTO journal_entry (subject_id, case_id, ordinal, at, actor_as, event, flow, to_state, edition_id, round,
                           answers, trace, mails)
SELECT subject_id, case_id, ordinal, at, actor_as, event, flow, to_state, edition_id, round, answers, trace, mails
  FROM journal_entry LIMIT 1
"""


def recipe():
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    return re.search(r"```sql\n(CREATE TEMP TABLE made.*?)```", text, re.DOTALL)[1]


def work(app):
    """Report, move, look, and let the worker seal it; the number of the case."""
    Person(app).report()
    desk, number = Person(app, "desk"), max(cases(app))
    assert desk.move(number, "forward", unit="ie", area="education_quality").status_code == 302
    tick(app)
    return number


@pytest.fixture
def parted(postgresql_url, tmp_path):
    """The product before and after, on a journal with two cases; and a connection past it."""
    app = make_app(postgresql_url, tmp_path)
    old = [work(app), work(app)]
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        rows = connection.scalar(text(COUNT))
        connection.exec_driver_sql(recipe().replace("%", "%%"))
        assert connection.scalar(text(COUNT)) == rows
    yield app, old, engine
    engine.dispose()


def test_the_product_works_on_a_journal_in_parts_which_is_still_only_added_to(parted):
    app, old, engine = parted
    new = work(app)
    for number in (*old, new):
        page = Person(app, "quality_ie").get(f"/cases/{number}").get_data(as_text=True)
        assert "Referansegruppa ble aldri satt ned" in page
    told = app.test_cli_runner().invoke(group, ["verify"])
    assert told.exit_code == 0, told.output
    with engine.connect() as connection:
        used = connection.scalars(text("SELECT DISTINCT CAST(tableoid AS regclass) FROM journal_entry")).all()
        assert len(used) > 1
        for tried in REFUSED:
            with pytest.raises(DBAPIError, match="only added to"):
                connection.exec_driver_sql(tried)
            connection.rollback()
        with pytest.raises(IntegrityError, match="ordinal"):
            connection.exec_driver_sql(AGAIN)
