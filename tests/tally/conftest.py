"""Towns whose routine declares reports."""

import pytest

from tests.workflow.conftest import (  # noqa: F401 - fixtures
    postgresql_empties,
    postgresql_empty,
    postgresql_town,
    settle,
    settle_on_both,
    sqlite_empty,
    sqlite_town,
)
from tests.workflow.town import Town, database


@pytest.fixture
def settle_with():
    """Found a town on the database at an address."""
    made = []

    def there(url, routine):
        made.append(Town(database(url), routine))
        return made[-1]

    yield there
    for town in made:
        town.session.close()
        town.database.dispose()
