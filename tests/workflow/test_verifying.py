"""F61, F62: what was done to the journal behind the product's back is named; what the product erased is in order."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text, true

import config
from app.web.database import snapshot
from app.workflow import anchors, examining, prints, sealing, verifying
from app.workflow.counting import Choice, count
from model import JournalEntry, JournalSeal
from tests.workflow.proof import ROUTINE, administrating, faults, seal, verify


@pytest.fixture
def town(settle_on_both, monkeypatch):
    monkeypatch.setattr(verifying, "SPAN", 2)
    town = settle_on_both(ROUTINE)
    first, second = town.report(illness="Asthma", weight=7.0), town.report()
    town.do(first, "stig", "ask", message="When?")
    town.do(second, "dora", "close", result="Done")
    town.do(first, "dora", "close", result="Done")
    town.first, town.second = first, second
    seal(town)
    return town


def test_a_journal_that_nobody_touched_is_in_order(town):
    assert verify(town) == []
    assert town.count(JournalSeal) == town.count(JournalEntry) == 5
    town.report()
    assert verify(town) == [], "what isn't sealed yet is young"


def test_every_row_has_a_print_for_what_may_be_erased(town):
    entry = town.journal(town.first)[0]
    assert {"actor", "mails.0", "answers.illness", "answers.description", "trace"} <= set(entry.prints)
    assert entry.prints.keys() == entry.salts.keys()
    assert len(set(entry.salts.values())) == len(entry.salts)
    assert "Asthma" not in str(entry.prints)


WRITTEN = "the row was changed, or not written by the product"
SEALED = "the row isn't the one that was sealed"
CHANGES = {
    "an answer": (
        """UPDATE journal_entry SET answers = '{"message": "Never mind"}' WHERE id = 3""",
        "answers.message was changed",
    ),
    "an answer added": (
        """UPDATE journal_entry SET answers = '{"message": "When?", "result": "No"}' WHERE id = 3""",
        "answers.result was added or taken away",
    ),
    "an answer taken away": (
        "UPDATE journal_entry SET answers = '{}' WHERE id = 3",
        "answers.message was added or taken away",
    ),
    "an answer without its salt": (
        """UPDATE journal_entry SET answers = '{"message": "No"}', salts = '{}' WHERE id = 3""",
        "answers.message was changed",
    ),
    "a scar": (
        """UPDATE journal_entry SET answers = '{"message": {"forgotten": true}}', salts = '{}' WHERE id = 3""",
        "mails.0 was changed",
    ),
    "who": ("UPDATE journal_entry SET actor_id = 1 WHERE id = 3", "actor was changed"),
    "who, to nobody": ("UPDATE journal_entry SET actor_id = NULL WHERE id = 3", "actor was changed"),
    "as whom": ("UPDATE journal_entry SET actor_as = 'visitor' WHERE id = 3", WRITTEN),
    "when": ("UPDATE journal_entry SET at = '2026-03-01 09:00:00.000000+00' WHERE id = 3", WRITTEN),
    "what": ("UPDATE journal_entry SET transition = 'close' WHERE id = 3", WRITTEN),
    "the state": ("UPDATE journal_entry SET to_state = 'shut' WHERE id = 3", WRITTEN),
    "whose": ("UPDATE journal_entry SET subject_id = 2, ordinal = 9 WHERE id = 3", WRITTEN),
    "who got mail": (
        """UPDATE journal_entry SET mails = '[{"to": "2", "name": "asked", "why": "desk"}]' WHERE id = 3""",
        WRITTEN,
    ),
    "its print": ("UPDATE journal_entry SET prints = '{}' WHERE id = 3", WRITTEN),
    "its answers, to nothing that can be read": (
        "UPDATE journal_entry SET answers = '{' WHERE id = 3",
        "the row can't be read",
    ),
    "its digest": ("UPDATE journal_entry SET digest = 'ab' WHERE id = 3", SEALED),
    "its digest, to none": ("UPDATE journal_entry SET digest = NULL WHERE id = 3", SEALED),
    "its seal": ("UPDATE journal_seal SET digest = 'ab' WHERE entry_id = 3", "the chain is broken at seal 3"),
    "deleted": ("DELETE FROM journal_entry WHERE id = 3", "the row is sealed and gone"),
}


def test_f61_a_changed_row_is_named_with_what_is_wrong_with_it(town):
    first, second = town.first.number, town.second.number
    with administrating(town) as connection:
        for what, (change, told) in CHANGES.items():
            with connection.begin_nested() as only_this:
                if connection.dialect.name != "sqlite" and "can be read" in what:
                    continue  # PostgreSQL keeps nothing else
                connection.exec_driver_sql(
                    change if connection.dialect.name != "sqlite" else change.replace("+00'", "'")
                )
                number = second if what == "whose" else first
                assert faults(connection, town.now)[0] == (3, number, told), what
                only_this.rollback()
        assert faults(connection, town.now) == []


def test_f61_what_else_is_wrong_with_rows_is_said(town):
    first, second = town.first.number, town.second.number
    counted = "rows are missing or too many: it has had {}, there are {}, the last is {}"
    with administrating(town) as connection:
        for change, told in (
            ("DELETE FROM journal_seal WHERE id = 3", [(None, "", "seal 3 is missing")]),
            (CHANGES["deleted"][0], [(3, first, "the row is sealed and gone"), (None, first, counted.format(3, 2, 3))]),
            (
                CHANGES["whose"][0],
                [(3, second, WRITTEN), (None, first, counted.format(3, 2, 3)), (None, second, counted.format(2, 3, 9))],
            ),
            (CHANGES["its seal"][0], [(3, first, "the chain is broken at seal 3"), (3, first, SEALED)]),
        ):
            with connection.begin_nested() as only_this:
                connection.exec_driver_sql(change)
                assert faults(connection, town.now) == told, change
                only_this.rollback()


def test_f61_a_row_that_was_put_in_is_named(town):
    columns = "case_id, at, actor_id, actor_as, event, transition, flow, from_state, to_state, edition_id, round"
    proof = "answers, trace, mails, salts, prints, digest"
    with administrating(town) as connection:
        connection.exec_driver_sql(
            f"INSERT INTO journal_entry (id, subject_id, ordinal, {columns}, {proof}) "  # noqa: S608 - of this test
            f"SELECT 77, 1, 4, {columns}, {proof} FROM journal_entry WHERE id = 3"
        )
        connection.exec_driver_sql("UPDATE subject SET events = events + 1 WHERE id = 1")
    assert [row for row, _, _ in verify(town)] == [77]
    seal(town)
    assert [row for row, _, _ in verify(town)] == [77]


def test_f61_a_row_put_in_without_a_digest_is_never_sealed(town):
    with administrating(town) as connection:
        columns = "case_id, at, actor_as, event, flow, to_state, edition_id, round, answers, trace, mails"
        connection.exec_driver_sql(
            f"INSERT INTO journal_entry (id, subject_id, ordinal, {columns}) "  # noqa: S608 - of this test
            f"SELECT 77, 1, 4, {columns} FROM journal_entry WHERE id = 3"
        )
    seal(town)
    assert town.count(JournalSeal) == 5
    assert (77, town.first.number) in [found[:2] for found in verify(town)]


def test_f61_rows_in_another_order_are_named(town):
    with administrating(town) as connection:
        for old, new in ((3, 99), (4, 3), (99, 4)):
            connection.exec_driver_sql(f"UPDATE journal_entry SET id = {new} WHERE id = {old}")  # noqa: S608
    assert [row for row, _, _ in verify(town)] == [3, 4]


def test_f61_a_row_deleted_with_its_seal_leaves_a_hole(town):
    with administrating(town) as connection:
        connection.exec_driver_sql("DELETE FROM journal_seal WHERE entry_id = 3")
        connection.exec_driver_sql("DELETE FROM journal_entry WHERE id = 3")
        connection.exec_driver_sql("UPDATE journal_seal SET id = id - 1 WHERE id > 3")
    found = verify(town)
    assert found[0][2] == "the chain is broken at seal 3"
    assert found[-1][1] == town.first.number


@pytest.mark.parametrize("tables", [["journal_entry"], ["journal_entry", "journal_seal"]])
def test_f61_an_emptied_journal_is_named(town, tables):
    with administrating(town) as connection:
        for table in tables:
            statement = "DELETE FROM" if connection.dialect.name == "sqlite" else "TRUNCATE"
            connection.exec_driver_sql(f"{statement} {table}")
    assert {town.first.number, town.second.number} <= {number for _, number, _ in verify(town)}


def test_f61_a_cut_tail_is_found_by_the_anchor(town):
    anchor = anchors.anchor(sealing.head(town.session), town.now)
    assert verify(town, [anchor]) == []
    with administrating(town) as connection:
        connection.exec_driver_sql("DELETE FROM journal_seal WHERE id = 5")
        connection.exec_driver_sql("DELETE FROM journal_entry WHERE id = 5")
        connection.exec_driver_sql("UPDATE subject SET events = events - 1 WHERE id = 1")
    assert verify(town) == [], "without an anchor nothing tells of it"
    assert verify(town, [anchor]) == [
        (
            None,
            "",
            f"head mismatch: the anchor of {town.now} has 5 seals, the database 4: its tail is cut off, or it is an older one",
        )
    ]
    town.do(town.second, "dora", "forget")
    seal(town)
    told = f"head mismatch: at seal 5 the anchor of {town.now} has another chain"
    assert verify(town, [anchor]) == [(None, "", told)], "not even when the chain has grown as long again"


def test_f61_another_secret_is_named_as_such(town):
    anchor = anchors.Anchor(town.now, 5, sealing.head(town.session).chain, anchors.mark(prints.key_of("another")))
    told = "the secret (SECRET_KEY) is another one than when the anchors were written"
    assert verify(town, [anchor]) == [(None, "", told)]


def test_a_row_that_waits_too_long_for_its_seal_is_named(town):
    town.do(town.second, "dora", "forget")
    assert verify(town, now=town.now + timedelta(minutes=50)) == []
    [(row, number, what)] = verify(town, now=town.now + timedelta(minutes=70))
    assert (row, number) == (6, town.second.number)
    assert "without a seal: 1" in what


def test_f62_what_is_forgotten_leaves_the_chain_whole_and_the_counts_unchanged(town):
    def counted():
        return count(town.context, ("state", "area", "unit"), choice=Choice(true()))

    before = counted()
    town.do(town.first, "dora", "forget")
    seal(town)
    assert verify(town) == []
    rows = town.journal(town.first)
    assert "Asthma" not in str([entry.answers for entry in rows])
    stig = town.people["stig"]
    assert stig not in [entry.actor_id for entry in rows]
    gone = {"answers.illness", "answers.description", "answers.reporter", "mails.0", "actor"} & set(rows[0].prints)
    assert gone
    assert not gone & set(rows[0].salts), "nobody can try out names against the prints"
    assert "answers.weight" in rows[0].salts, "what stays is still proved"
    assert counted() == before
    town.do(town.first, "dora", "forget")
    assert verify(town) == [], "forgetting twice is in order, too"


def test_f62_what_is_forgotten_before_it_is_sealed_is_in_order(town):
    case = town.report(illness="Asthma")
    town.do(case, "dora", "close", result="Done")
    town.do(case, "dora", "forget")
    assert verify(town) == []
    seal(town)
    assert verify(town) == []


def test_f62_a_scar_that_nothing_asked_for_is_named(town):
    town.do(town.first, "dora", "forget")
    seal(town)
    with administrating(town) as connection:
        rubbed = """SET answers = '{"result": {"forgotten": true}}', salts = '{}' WHERE id = 5"""
        connection.exec_driver_sql(f"UPDATE journal_entry {rubbed}")
    found = [(row, what) for row, _, what in verify(town)]
    assert (5, "answers.result was erased, and no later row says that it was forgotten") in found


def test_rows_of_an_older_version_are_adopted_as_they_are(town):
    with administrating(town) as connection:
        connection.exec_driver_sql("DELETE FROM journal_seal")
        connection.exec_driver_sql("UPDATE journal_entry SET salts = NULL, prints = NULL, digest = NULL")
    town.do(town.second, "dora", "forget")
    seal(town)
    assert verify(town) == []
    adopted = town.session.scalars(select(JournalSeal.adopted).order_by(JournalSeal.id)).all()
    assert adopted == [True] * 5 + [False]
    town.do(town.first, "dora", "forget")
    assert verify(town) == [], "erasing takes hold of adopted rows, too"
    with town.database.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM journal_entry WHERE digest IS NULL")).scalar() == 0


@pytest.fixture
def changed(monkeypatch):
    """Give the installation another secret: changed("new", "old")."""

    def change(*secrets):
        monkeypatch.setattr(config, "SECRET_KEY", secrets[0])
        monkeypatch.setattr(config, "SECRET_KEY_OLD", secrets[1:])

    return change


def test_after_a_change_of_the_secret_old_rows_are_proved_by_the_old_one_and_new_ones_by_the_new(town, changed):
    anchor = anchors.anchor(sealing.head(town.session), town.now)
    town.do(town.first, "dora", "forget")  # written before the change, sealed after it
    changed("the new secret", config.SECRET_KEY)
    seal(town)
    town.do(town.second, "dora", "forget")
    assert verify(town, [anchor]) == []
    seal(town)
    assert verify(town, [anchor]) == []
    changed("the new secret")
    assert "SECRET_KEY" in verify(town, [anchor])[0][2]
    assert len(verify(town)) > 3


@pytest.mark.parametrize("span", [2, 20])
def test_whoever_has_the_secret_that_was_changed_can_not_write_on_with_it(town, changed, monkeypatch, span):
    monkeypatch.setattr(verifying, "SPAN", span)
    old = config.SECRET_KEY
    changed("the new secret", old)
    town.do(town.second, "dora", "forget")
    changed(old)
    town.do(town.second, "dora", "forget")
    changed("the new secret", old)
    seal(town)
    later = ": its secret had been changed before" if span == 2 else ""
    assert verify(town) == [(7, town.second.number, f"{WRITTEN}{later}")]


@pytest.mark.parametrize("span", [1, 20])
def test_nor_can_the_chain_be_carried_on_with_it(town, changed, monkeypatch, span):
    monkeypatch.setattr(verifying, "SPAN", span)
    old = config.SECRET_KEY
    changed("the new secret", old)
    town.do(town.second, "dora", "forget")
    town.report()
    seal(town)
    assert verify(town) == []
    third = town.report()
    changed(old)
    seal(town)
    changed("the new secret", old)
    later = "the chain is broken: its secret had been changed before" if span == 1 else "the chain is broken at seal 8"
    assert verify(town) == [(8, third.number, later)]


@pytest.fixture
def small_town(settle):
    """One case that was reported, closed and is sealed: rows 1 and 2."""
    town = settle(ROUTINE)
    town.case = town.report(illness="Asthma")
    town.do(town.case, "dora", "close", result="Done")
    seal(town)
    return town


def rub(town, row, name, left, salt):
    """Put something in an answer's place, and in its salt's: None takes the salt away."""
    entry = town.session.get(JournalEntry, row)
    answers, salts = {**entry.answers, name: left}, dict(entry.salts)
    salts.pop(f"answers.{name}")
    salts |= {f"answers.{name}": salt} if salt else {}
    with administrating(town) as connection:
        put = JournalEntry.__table__.update().where(JournalEntry.__table__.c.id == row)
        connection.execute(put.values(answers=answers, salts=salts))


def looked(town, given=(), now=None):
    """What a look has seen."""
    with snapshot(town.database) as connection:
        verifier = verifying.Verifier(verifying.alone(connection), prints.keys(), given, now or town.now)
        assert list(verifier.faults()) == []
        return verifier.seen


def test_what_was_looked_at_is_counted(small_town):
    seen = looked(small_town)
    assert (seen.rows, seen.seals, seen.adopted) == (2, 2, 0)
    small_town.report()
    seen = looked(small_town)
    assert (seen.rows, seen.seals) == (3, 2)
    with administrating(small_town) as connection:
        connection.exec_driver_sql("DELETE FROM journal_seal")
        connection.exec_driver_sql("UPDATE journal_entry SET salts = NULL, prints = NULL, digest = NULL")
    assert looked(small_town).rows == 3
    seal(small_town)
    seen = looked(small_town)
    assert (seen.rows, seen.seals, seen.adopted) == (3, 3, 3)


def test_f62_even_a_cases_first_row_is_not_erased_without_a_word(small_town):
    rub(small_town, 1, "illness", prints.SCAR, None)
    told = "answers.illness was erased, and no later row says that it was forgotten"
    assert verify(small_town) == [(1, small_town.case.number, told)]
    small_town.do(small_town.case, "dora", "forget")
    assert verify(small_town) == [], "a later row says so"


def test_f62_words_are_not_taken_out_without_a_word_either(small_town):
    rub(small_town, 1, "illness", "██ (removed)", "rewritten 1")
    told = "words were taken out, and no later row says so"
    assert verify(small_town) == [(1, small_town.case.number, told)]


def test_f61_other_words_do_not_pass_for_words_taken_out(small_town):
    rub(small_town, 1, "illness", "Something else", "rewritten 1")
    assert (1, small_town.case.number, "answers.illness was changed") in verify(small_town)


def test_f62_whoever_forgets_their_own_report_leaves_it_in_order(settle):
    town = settle(ROUTINE)
    case = town.report("dora", illness="Asthma")
    town.do(case, "dora", "close", result="Done")
    town.do(case, "dora", "forget")
    seal(town)
    assert town.people["dora"] not in [entry.actor_id for entry in town.journal(case)]
    assert verify(town) == []


def test_f62_a_person_who_was_taken_out_of_a_row_needs_a_word_too(small_town):
    entry = small_town.session.get(JournalEntry, 2)
    salts = {name: salt for name, salt in entry.salts.items() if name != "actor"}
    with administrating(small_town) as connection:
        put = JournalEntry.__table__.update().where(JournalEntry.__table__.c.id == 2)
        connection.execute(put.values(actor_id=None, salts=salts))
    told = "a person was erased, and no later row says that it was forgotten"
    assert verify(small_town) == [(2, small_town.case.number, told)]


def test_f61_twenty_faults_are_enough(settle):
    town = settle(ROUTINE)
    for _ in range(12):
        town.report()
    seal(town)
    with administrating(town) as connection:
        connection.exec_driver_sql("UPDATE journal_seal SET digest = 'ab'")
    found = verify(town)
    assert len(found) == 20
    assert [row for row, _, _ in found] == [1 + at // 2 for at in range(20)], "two of each seal, in their order"


@pytest.mark.parametrize("span", [1, 2, 3, 20])
def test_f61_every_anchor_is_compared_whichever_span_it_is_in(town, monkeypatch, span):
    monkeypatch.setattr(verifying, "SPAN", span)
    mark = anchors.mark(prints.current_key())
    chains = dict(town.session.execute(select(JournalSeal.id, JournalSeal.chain)).tuples().all())
    true_ones = [anchors.Anchor(town.now, number, chain, mark) for number, chain in chains.items()]
    assert verify(town, [anchors.Anchor(town.now, 0, "", mark), *true_ones]) == []
    false_ones = [anchors.Anchor(town.now, number, "ab", mark) for number in chains]
    told = "head mismatch: at seal {} the anchor of {} has another chain"
    assert verify(town, false_ones) == [(None, "", told.format(number, town.now)) for number in range(1, 6)]


def test_f61_anchors_of_a_tail_that_is_cut_off_are_told_once_each_in_their_order(small_town):
    mark, later = anchors.mark(prints.current_key()), small_town.now + timedelta(days=1)
    given = [anchors.Anchor(at, seals, "ab", mark) for seals, at in ((9, later), (7, later), (7, small_town.now))]
    told = "head mismatch: the anchor of {} has {} seals, the database 2: its tail is cut off, or it is an older one"
    assert verify(small_town, given) == [
        (None, "", told.format(small_town.now, 7)),
        (None, "", told.format(later, 9)),
    ]


def test_an_hour_is_not_yet_too_long_and_the_first_of_those_that_wait_is_named(small_town):
    small_town.do(small_town.case, "dora", "forget")
    small_town.report()
    hour = small_town.now + timedelta(hours=1)
    assert verify(small_town, now=hour) == []
    told = "rows older than an hour without a seal: 2, this is the first (does the worker run?)"
    assert verify(small_town, now=hour + timedelta(seconds=1)) == [(3, small_town.case.number, told)]


def test_a_case_that_is_gone_is_named_by_its_id(small_town):
    with small_town.database.connect() as connection:
        assert examining.about(connection, 1, 99, "gone").number == "(id 99)"
        assert examining.about(connection, 1, small_town.case.id, "here").number == small_town.case.number
