"""A new row before anything is answered, and the two secrets by which its reporter finds it."""

import pytest

from app.outbox import tokens
from app.outbox.settings import Settings
from app.workflow import beginning
from model import Case, Part
from tests.workflow.proof import ROUTINE


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def test_a_case_begins_empty_under_the_newest_edition(town):
    row = beginning.new_row(town.context, "case", "open", None, "a key")
    assert isinstance(row, Case)
    assert (row.number, row.flow, row.state, row.edition_id) == ("2026-0001", "case", "open", town.context.newest.id)
    assert (row.version, row.round, row.events, row.submit_key) == (1, 1, 0, "a key")
    assert (row.submitted_at, row.changed_at) == (town.now, town.now)
    assert (row.answers, row.done, row.presses, row.former_states, row.next_step, row.trace) == ({}, {}, {}, [], {}, [])
    assert (row.title, row.description, row.excluded) == ("", "", "")
    assert len(row.follow_salt) == 32
    assert beginning.new_row(town.context, "case", "open", None, None, "2026-0777").number == "2026-0777"


def test_a_part_has_its_wholes_edition_and_whom_it_shuts_out_and_no_link(town):
    case = town.report()
    case.excluded = ",desk:1,"
    town.publish(ROUTINE.replace("label: Open", "label: Opened"))
    context = town.context
    row = beginning.new_row(context, "job", "given", case, None)
    assert isinstance(row, Part)
    assert row.whole is case
    assert (row.number, row.edition_id, row.excluded) == (f"{case.number}-1", case.edition_id, ",desk:1,")
    assert row.edition_id != context.newest.id
    assert row.follow_salt is None
    beginning.follow(row)
    assert (row.follow_hash, row.code_hash) == (None, None)


def test_only_digests_of_the_link_and_the_code_are_kept(town):
    case = town.report()
    secret = Settings.current().secret
    assert case.follow_hash == tokens.digest(tokens.token(secret, case.id, case.follow_salt))
    assert case.code_hash == tokens.digest(tokens.code(secret, case.id, case.follow_salt))
