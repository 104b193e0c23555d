"""F61: what is only added to can't be taken back: the database refuses."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from model.append_only import GUARDED
from tests.workflow.proof import ROUTINE, seal

REFUSED = {
    "a row": "DELETE FROM journal_entry WHERE id = 1",
    "its answers": "UPDATE journal_entry SET answers = '{}' WHERE id = 1",
    "its mails": "UPDATE journal_entry SET mails = '[]' WHERE id = 1",
    "who": "UPDATE journal_entry SET actor_id = NULL WHERE id = 1",
    "as whom": "UPDATE journal_entry SET actor_as = '' WHERE id = 1",
    "its proof": "UPDATE journal_entry SET digest = NULL, prints = NULL WHERE id = 1",
    "a seal": "DELETE FROM journal_seal",
    "a seal's link": "UPDATE journal_seal SET chain = ''",
    "a reading": "DELETE FROM case_reading",
    "who read": "UPDATE case_reading SET person_id = 2",
} | {
    name: f"UPDATE journal_entry SET {name} = {name} WHERE id = 1"  # noqa: S608 - names of this test
    for name in (
        *("id", "subject_id", "case_id", "ordinal", "at", "event", "transition", "flow"),
        *("from_state", "to_state", "edition_id", "round", "trace"),
    )
}
READING = (
    "INSERT INTO case_reading (subject_id, case_id, person_id, what, at, hour) "
    "VALUES (1, 1, 1, 'page', '2026-03-02 09:00:00', '2026-03-02 09:00:00')"
)


@pytest.fixture
def town(settle_on_both):
    town = settle_on_both(ROUTINE)
    town.report(illness="Asthma")
    town.session.execute(text(READING))
    seal(town)
    return town


def test_f61_the_database_refuses_to_rewrite(town):
    emptied = (
        {} if town.database.dialect.name == "sqlite" else {f"all of {t}": f"TRUNCATE {t} CASCADE" for t in GUARDED}
    )
    with town.database.connect() as connection:
        for what, statement in (REFUSED | emptied).items():
            with pytest.raises(DBAPIError) as refused:
                connection.execute(text(statement))
            assert "is only added to" in str(refused.value), what
            connection.rollback()
