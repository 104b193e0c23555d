"""Parties as trees: walked, opened, named, and who of them everybody is."""

import pytest

from app.language.conditions import ALWAYS
from app.language.parties import (
    InField,
    InRole,
    NamedParty,
    Query,
    Several,
    Word,
    for_anyone,
    name_of,
    opened,
    walk,
)

ANYONE, DESK, OWNER = Word("anyone"), InRole("desk"), InField("owner")
NAMED = {"helpers": Several((DESK, NamedParty("more"))), "more": OWNER, "all": Several((DESK, ANYONE))}
RING = {"one": NamedParty("other"), "other": Several((DESK, NamedParty("one")))}


def test_every_node_is_walked_and_a_ring_of_names_ends():
    query = Query(who=DESK, excepted=OWNER, first=(ANYONE, NamedParty("more")))
    assert list(walk(None)) == []
    assert list(walk(Several((query, DESK)))) == [
        Several((query, DESK)),
        query,
        DESK,
        OWNER,
        ANYONE,
        NamedParty("more"),
        DESK,
    ]
    assert list(walk(query, NAMED))[-1] == OWNER
    assert list(walk(NamedParty("nobody knows"), NAMED)) == [NamedParty("nobody knows")]
    assert list(walk(NamedParty("one"), RING)) == [
        NamedParty("one"),
        RING["one"],
        RING["other"],
        DESK,
        NamedParty("one"),
    ]


@pytest.mark.parametrize(
    ("party", "members"),
    [
        (None, ()),
        (DESK, (DESK,)),
        (NamedParty("helpers"), (DESK, OWNER)),
        (Several((ANYONE, NamedParty("more"))), (ANYONE, OWNER)),
        (Query(who=NamedParty("helpers")), (Query(who=NamedParty("helpers")),)),
    ],
)
def test_lists_are_opened_and_queries_are_not(party, members):
    assert opened(party, NAMED) == members


@pytest.mark.parametrize(
    ("party", "so"),
    [
        (None, False),
        (ANYONE, True),
        (Word("reporter"), False),
        (NamedParty("all"), True),
        (NamedParty("helpers"), False),
        (Query(who=ANYONE, when=ALWAYS), True),
        (Query(who=NamedParty("all")), True),
        (Query(who=DESK), False),
        (Query(did="submit", who=ANYONE), False),
        (Query(of="job", who=ANYONE), False),
        (Several((DESK, Query(who=ANYONE))), True),
    ],
)
def test_who_is_everybody(party, so):
    assert for_anyone(party, NAMED) is so


def test_what_a_query_leaves_out_narrows_nothing():
    assert Query() == Query(None, "nearest", None, None, None, (), None, ())


@pytest.mark.parametrize(
    ("party", "name"),
    [
        (ANYONE, "anyone"),
        (NamedParty("helpers"), "helpers"),
        (OWNER, "owner"),
        (DESK, "desk"),
        (Query(who=Query(who=DESK, when=ALWAYS), at="own"), "desk"),
        (Query(did="submit"), "query"),
        (Query(first=(DESK, OWNER)), "query"),
        (Several((DESK, OWNER, Query(at="own"))), "desk, owner, query"),
    ],
)
def test_a_party_in_one_word(party, name):
    assert name_of(party) == name
