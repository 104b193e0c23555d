"""F47: two who join cases at once, on connections of their own: nothing is joined half, and no case waits for ever."""

from collections import Counter

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from app.workflow import engine, overlooked
from app.workflow.context import Context
from model import Case, CaseLink
from tests.workflow.test_concurrency import attempt, together
from tests.workflow.test_joining import JOINED
from tests.workflow.town import Town, database

ROUNDS = 5


@pytest.fixture
def town(settle_on_both):
    return settle_on_both(JOINED)


def move(town, who, transition, version=None, **answers):
    """Give an act for `attempt`: the person's move of a case, in a transaction of its own."""

    def act(session, context, case):
        engine.move(
            context, session.get_one(Case, case), transition, actor=town.actor(who), answers=answers, version=version
        )

    return act


def at_once(town, cases, acts):
    """Let two begin at the same moment, each with an act on a case; give what they came to."""
    return together(2, lambda number: attempt(town, cases[number], acts[number]))


def joined(town, case):
    """What its answers name, and what is noted of them."""
    with town.sessions() as session:
        query = select(Case.number).join(CaseLink, CaseLink.case_id == Case.id).where(CaseLink.subject_id == case)
        return session.get_one(Case, case).answers.get("repeats"), sorted(session.scalars(query))


def test_of_two_who_join_others_to_a_case_at_once_one_is_first_and_only_theirs_are_joined(town):
    for _ in range(ROUNDS):
        umbrella, first, second = (town.report() for _ in range(3))
        case, numbers, version = umbrella.id, (first.number, second.number), umbrella.version
        town.session.close()
        acts = [move(town, "dora", "join", version, repeats=[each]) for each in numbers]
        told = at_once(town, (case, case), acts)
        assert Counter(told) == {"won": 1, "Stale": 1}
        won = numbers[told.index("won")]
        assert joined(town, case) == ([won], [won])


def test_two_who_call_each_others_case_the_umbrella_at_once_both_end(town):
    for _ in range(ROUNDS):
        one, other = town.report(), town.report()
        ids, numbers = (one.id, other.id), (other.number, one.number)
        town.session.close()
        acts = [move(town, "dora", "is_duplicate", umbrella=each) for each in numbers]
        assert at_once(town, ids, acts) == ["won", "won"]


def test_a_case_that_is_joined_while_it_ends_is_waited_for_until_the_worker_looks_again(town):
    for _ in range(ROUNDS):
        waiting, first = town.report(), town.report(unit="blue")
        ids = waiting.id, first.id
        town.session.close()
        acts = [move(town, "dora", "join", repeats=[first.number], wait=True), move(town, "bill", "close")]
        assert at_once(town, ids, acts) == ["won", "won"]
        assert states(town, ids, look=True) == ["settled", "closed"]


@pytest.mark.postgresql
def test_who_joins_a_case_that_ends_before_they_are_through_goes_on_with_the_workers_next_look(postgresql_town):
    town = Town(database(postgresql_town), JOINED)
    waiting, first = town.report(), town.report(unit="blue")
    ids = waiting.id, first.id
    join, end = move(town, "dora", "join", repeats=[first.number], wait=True), move(town, "bill", "close")
    town.session.close()
    with town.sessions() as one, town.sessions() as other:
        join(one, Context.open(one, town.now), ids[0])
        end(other, Context.open(other, town.now), ids[1])
        other.commit()
        one.commit()
    assert states(town, ids, look=False) == ["open", "closed"], "neither saw the other"
    assert states(town, ids, look=True) == ["settled", "closed"]
    with town.sessions() as session:
        assert overlooked.look_again(session, town.now) == 0, "and it is done once"
    town.database.dispose()


def states(town, ids, *, look):
    """The cases' states, after the worker has looked."""
    with town.sessions() as session:
        if look:
            overlooked.look_again(session, town.now)
            session.commit()
        return [session.get_one(Case, each).state for each in ids]


def test_the_worker_looks_at_what_has_changed_lately_and_leaves_open_what_has_to_wait(settle):
    town = settle(JOINED)
    waiting, first = town.report(), town.report(unit="blue")
    town.do(waiting, "dora", "join", repeats=[first.number], wait=True)
    assert overlooked.look_again(town.session, town.now) == 0
    first.state, first.finished = "closed", True
    town.session.commit()
    assert overlooked.look_again(town.session, town.now + overlooked.LATELY) == 0, "that is long ago"
    assert overlooked.look_again(town.session, town.now) == 1


def test_a_fault_in_one_that_was_overlooked_is_logged_and_takes_nothing_with_it(settle, monkeypatch):
    town = settle(JOINED)
    waiting, first = town.report(), town.report(unit="blue")
    town.do(waiting, "dora", "join", repeats=[first.number], wait=True)
    first.state, first.finished = "closed", True
    town.session.commit()
    monkeypatch.setattr(engine, "ripple", lambda *_: 1 / 0)
    with capture_logs() as logs:
        assert overlooked.look_again(town.session, town.now) == 0
    assert [(each["event"], each["case"]) for each in logs] == [("overlooked_stays", waiting.number)]
