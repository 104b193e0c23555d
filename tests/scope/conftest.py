"""A town full of cases, made once for a file of tests: they only look."""

import pytest

from tests.scope.world import HERE, ROUTINE, Both, fill
from tests.workflow.town import Town, database


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    town = Town(database(f"sqlite:///{tmp_path_factory.mktemp('scope') / 'town.db'}"), ROUTINE, data=HERE)
    fill(town)
    yield Both(town)
    town.session.close()
    town.database.dispose()
