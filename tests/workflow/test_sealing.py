"""The chain: what a link proves, which rows get one next, and that two who seal at once make one chain."""

import pytest
from sqlalchemy import insert, select
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


def test_a_link_proves_the_row_and_all_before_it(settle):
    town = settle(ROUTINE)
    first, second = town.report(), town.report()
    assert sealing.head(town.session) == sealing.Head(0, "", adopting=True, latest=0)
    seal(town)
    chain = ""
    for number, case in enumerate((first, second), 1):
        [entry] = town.journal(case)
        made = town.session.get(JournalSeal, number)
        assert (made.entry_id, made.subject_id, made.digest, made.adopted) == (entry.id, case.id, entry.digest, False)
        chain = prints.proof(prints.current_key(), (chain, number, entry.id, case.id, entry.digest, False))
        assert made.chain == chain
    assert sealing.head(town.session) == sealing.Head(2, chain, adopting=False, latest=2)


def add(town, case, ids):
    """Put bare rows into the journal, as if a move had written each."""
    [entry] = town.journal(case)[:1]
    columns = {each.name: getattr(entry, each.name) for each in JournalEntry.__table__.c if each.name != "id"}
    rows = [{**columns, "id": number, "ordinal": number} for number in ids]
    town.session.execute(insert(JournalEntry), rows)


def test_it_is_looked_five_hundred_rows_back_for_late_ones(settle):
    town = settle(ROUTINE)
    case = town.report()
    seal(town)
    add(town, case, [1000])
    assert sealing.seal(town.session, since=999) == 1
    add(town, case, [500, 501])
    assert sealing.seal(town.session) == 1
    assert town.session.scalars(select(JournalSeal.entry_id).order_by(JournalSeal.id)).all() == [1, 1000, 501]
    assert sealing.seal(town.session, since=499) == 1


def test_five_hundred_are_sealed_in_one_transaction(settle):
    town = settle(ROUTINE)
    add(town, town.report(), range(2, 503))
    assert [sealing.seal(town.session), sealing.seal(town.session), sealing.seal(town.session)] == [500, 2, 0]
