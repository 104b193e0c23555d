"""Prints and digests: what they are made of, that yesterday's still hold, and what erasing leaves of them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.workflow import prints
from model import JournalEntry

KEY = prints.key_of("a secret")
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
KEPT = (1, 2, 3, AT, "reporter", "moved", "ask", "case", "open", "shut", 4, 5)
MAILS = ({"to": "7", "name": "asked", "why": "desk"}, {"to": "", "name": "n"})
MADE = {"trace": "aa", "actor": "bb"}
DIGEST = "abcd746c8a61ea7ffd6615cdf636bc4413366ddf5b210d977bb37b8bb8d106b3"


def entry(**columns):
    row = {
        "subject_id": 1,
        "case_id": 1,
        "ordinal": 1,
        "at": AT,
        "actor_id": 7,
        "actor_as": "",
        "event": "moved",
        "flow": "case",
        "to_state": "open",
        "edition_id": 1,
        "round": 1,
        "answers": {"a": "b"},
        "trace": [],
        "mails": [],
    }
    return JournalEntry(**{**row, **columns})


def test_what_was_proved_years_ago_is_proved_today():
    """Written down once and for all: another way of reckoning would break every journal there is."""
    assert (
        prints.key_of("a secret of its own").hex() == "b23e50f29b44a6bf747b52e0f646ed84e423d8c3f5a36dd729e4409b87e12463"
    )
    proof = "e692038c0c393804a499ab766278b3ec65417e3ec8e1f12e191ad3f3d54ee003"
    assert prints.proof(KEY, ("one", 2, None, "å")) == proof
    assert prints.print_of("ab", "answers.x", {"b": [1.0, "å"], "a": None}) == "6c1a640938f7ea19c576bfdd40cc2e21"
    assert prints.print_of("ab", "answers.x", "å\ud800") == "85fcb299de7ec1dc071a784519212d00"
    assert prints.digest_of(KEY, KEPT, MAILS, MADE) == DIGEST
    kept = "subject_id case_id ordinal at actor_as event transition flow from_state to_state edition_id round"
    assert " ".join(prints.KEPT) == kept
    assert (prints.SCAR, prints.MARK, prints.REWRITTEN) == ({"forgotten": True}, "██", "rewritten ")


def test_a_digest_knows_a_moment_in_every_zone_and_nothing_that_is_erased():
    def digest(**other):
        kept = dict(zip(prints.KEPT, KEPT, strict=True)) | other
        return prints.digest_of(KEY, tuple(kept.values()), MAILS, MADE)

    assert digest(at=AT.astimezone(timezone(timedelta(hours=2)))) == DIGEST
    assert digest(actor_as=None) == digest(actor_as="") == digest(actor_as="forgotten") != DIGEST
    others = ({**MAILS[0], "to": "9"}, MAILS[1])
    assert prints.digest_of(KEY, KEPT, others, MADE) == DIGEST, "to whom has a print of its own"
    assert prints.digest_of(KEY, KEPT, None, MADE) == prints.digest_of(KEY, KEPT, [], MADE) != DIGEST


@pytest.mark.parametrize("name", prints.KEPT)
def test_a_digest_proves_all_that_is_kept(name):
    place = prints.KEPT.index(name)
    other = AT + timedelta(seconds=1) if name == "at" else 99
    assert prints.digest_of(KEY, (*KEPT[:place], other, *KEPT[place + 1 :]), MAILS, MADE) != DIGEST


def test_a_row_is_given_a_salt_and_a_print_for_each_part():
    row = entry(trace=[{"role": "desk"}], mails=[{"to": "7", "name": "asked"}])
    prints.prove(row)
    parts = {"answers.a": "b", "mails.0": "7", "trace": [{"role": "desk"}], "actor": 7}
    assert row.salts.keys() == row.prints.keys() == parts.keys()
    assert {len(each) for each in (*row.salts.values(), *row.prints.values())} == {32}
    assert row.prints == {name: prints.print_of(row.salts[name], name, value) for name, value in parts.items()}
    kept = [getattr(row, name) for name in prints.KEPT]
    assert row.digest == prints.digest_of(prints.current_key(), kept, row.mails, row.prints)


def test_what_there_is_not_of_a_row_has_no_print():
    assert prints.printed({}, [], [], None) == prints.printed(None, None, None, None) == {"actor": None}


def test_an_erased_part_loses_its_salt_alone():
    row = entry(salts={"a": "1", "b": "2"}, prints={"a": "x", "b": "y"})
    prints.unsalt(row, iter(["a", "c"]))
    assert (row.salts, row.prints) == ({"b": "2"}, {"a": "x", "b": "y"})
    known = row.salts
    prints.unsalt(row, [])
    assert row.salts is known, "nothing is written where nothing is erased"
    old = entry(salts=None)
    prints.unsalt(old, ["a"])
    assert old.salts is None


def test_how_often_words_were_taken_out_stands_in_the_salts_place():
    row = entry(salts={"a": "1", "b": "2"})
    prints.rewritten(row, ["a", "c"])
    assert row.salts == {"a": "rewritten 1", "b": "2", "c": "rewritten 1"}
    prints.rewritten(row, ["a"])
    prints.rewritten(row, ["a"])
    assert row.salts["a"] == "rewritten 3"
    old = entry(salts=None)
    prints.rewritten(old, ["a"])
    assert old.salts is None


@pytest.mark.parametrize(
    ("name", "value", "scar"),
    [
        ("answers.a", prints.SCAR, True),
        ("answers.a", {"forgotten": False}, False),
        ("answers.a", "", False),
        ("mails.0", "", True),
        ("mails.0", "7", False),
        ("mails.0", None, False),
        ("actor", None, True),
        ("actor", 7, False),
        ("actor", "", False),
        ("trace", None, False),
    ],
)
def test_what_erasing_leaves(name, value, scar):
    assert prints.is_scar(name, value) is scar


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("a", '"a"'),
        (None, "None"),
        (7, "7"),
        (True, "True"),
        (7.0, "7"),
        (7.5, "7.5"),
        (1e16, "10000000000000000"),
        ({"b": 1, "a": [1.5, 2.0]}, '{"a":[1.5,2],"b":1}'),
        (["1.0"], '["1.0"]'),
        (["å"], '["å"]'),
    ],
)
def test_a_value_is_written_in_one_way(value, written):
    assert prints.canonical(value) == written
