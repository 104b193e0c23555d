import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.workflow import prints, sealing
from model import JournalEntry, JournalSeal
from tests.workflow.proof import ROUTINE, seal, verify


@pytest.fixture
def town(settle_on_both):
    return settle_on_both(ROUTINE)


def test_two_who_seal_at_once_make_one_chain(town):
    town.report()
    with Session(town.database) as first, Session(town.database) as second:
        before = sealing.head(second)
        assert sealing.seal(first) == 1
        first.commit()
        town.report()
        assert before == sealing.Head()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sealing, "head", lambda _session: before)
            with pytest.raises(IntegrityError):
                sealing.seal(second)
        second.rollback()
    seal(town)
    assert verify(town) == []


def test_a_row_that_was_committed_late_is_sealed_after_those_that_came_later(town):
    for _ in range(3):
        town.report()
    late = town.session.scalars(select(JournalEntry).where(JournalEntry.id == 1)).one()
    digest = late.digest
    assert digest
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing, "LATE", 0)
        assert sealing.seal(town.session, since=1) == 2
        assert sealing.seal(town.session) == 0
    assert sealing.seal(town.session) == 1
    town.session.commit()
    assert town.session.scalars(select(JournalSeal.entry_id).order_by(JournalSeal.id)).all() == [2, 3, 1]
    assert verify(town) == []


def test_few_are_sealed_at_a_time(town):
    for _ in range(3):
        town.report()
    assert [sealing.seal(town.session, 2), sealing.seal(town.session, 2), sealing.seal(town.session, 2)] == [2, 1, 0]


@pytest.mark.parametrize(
    ("kept", "read"),
    [(7.0, 7), (1e16, 10**16), ({"a": [1.0, {"b": 2.50}]}, {"a": [1, {"b": 2.5}]}), ("7.0", "7.0"), (True, True)],
)
def test_a_print_is_the_same_for_what_a_database_gives_back(kept, read):
    assert prints.print_of("salt", "x", kept) == prints.print_of("salt", "x", read)


@pytest.mark.parametrize(("one", "other"), [("7", 7), (None, "None"), (True, 1), ([], {}), ("a", "b"), (0.5, "0.5")])
def test_different_values_have_different_prints(one, other):
    assert prints.print_of("salt", "x", one) != prints.print_of("salt", "x", other)
