"""Towns whose routine declares reports."""

from tests.workflow.conftest import (  # noqa: F401 - fixtures
    postgresql_empties,
    postgresql_empty,
    postgresql_town,
    settle,
    settle_on_both,
    sqlite_empty,
    sqlite_town,
)
