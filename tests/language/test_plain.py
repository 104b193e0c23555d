import pytest

from app.language.conditions import ALWAYS, All, Has, Is, Named, Parts
from app.language.moments import Length
from app.language.parties import InField, InRole, NamedParty, Query, Several, Word
from app.language.plain import condition, length, party


def test_a_row_without_a_condition_always_holds():
    assert condition(None) == ALWAYS


@pytest.mark.parametrize(
    ("plain", "parsed"),
    [
        ({"area": "hse"}, Is("area", frozenset({"hse"}))),
        (
            {"area": ["hse", "other"], "help": "ticked"},
            All((Is("area", frozenset({"hse", "other"})), Has("help", "ticked"))),
        ),
        ({"round": 2}, Is("round", frozenset({"2"}))),
        ({"every": "action", "state": "final"}, Parts("every", "action", Is("state", frozenset({"final"})))),
        ("a_guard", Named("a_guard")),
    ],
)
def test_conditions(plain, parsed):
    assert condition(plain) == parsed


@pytest.mark.parametrize(
    ("plain", "parsed"),
    [
        ("handler", Word("handler")),
        ("dean", InRole("dean")),
        ("owner", InField("owner")),
        ("subject", InField("subject")),
        ("lead", NamedParty("lead")),
        (["dean", "me"], Several((InRole("dean"), Word("me")))),
        (
            {"who": "dean", "at": "within", "when": {"level": "faculty"}},
            Query(who=InRole("dean"), at="within", when=Is("level", frozenset({"faculty"}))),
        ),
        ({"did": "reply", "of": "whole"}, Query(did="reply", of="whole")),
    ],
)
def test_parties(plain, parsed):
    assert party(plain, fields=["subject"], parties=["lead"]) == parsed


def test_only_these_roles():
    assert party("dean", roles=["dean"]) == InRole("dean")
    with pytest.raises(ValueError, match='unknown party "daen"'):
        party("daen", roles=["dean"])


@pytest.mark.parametrize(
    ("parse", "plain", "message"),
    [
        (condition, "=", 'unknown guard "="'),
        (condition, "9**9**9", "unknown guard"),
        (condition, {}, "an empty condition"),
        (condition, [{"area": "hse"}], "a condition is a map"),
        (condition, {"__class__": "x"}, 'unknown field or word "__class__"'),
        (condition, {"area": {"a": "b"}}, "is tested against one name"),
        (party, None, "a party is empty"),
        (party, {"who": []}, "an empty list of parties"),
        (party, {"whoo": "dean"}, 'unknown word "whoo" in a party .Did you mean "who".'),
        (party, "Dean!", 'unknown party "Dean!"'),
        (length, "5 dayz", '"5 dayz" is no length'),
        (length, None, "is no length"),
    ],
)
def test_what_isnt_one_is_a_value_error(parse, plain, message):
    with pytest.raises(ValueError, match=message.replace("*", r"\*")):
        parse(plain)


def test_a_bottomless_value_is_a_value_error():
    plain = {"not": {"area": "hse"}}
    for _ in range(5000):
        plain = {"not": plain}
    with pytest.raises(ValueError, match="deeper than 20 levels"):
        condition(plain)


def test_a_length():
    assert length("3 working days") == Length(3, "working days")
