"""What an answer becomes, kind by kind of field, and why it is refused."""

import pytest

from app.workflow.answers import Unacceptable, accept, default, unanswered
from model import Area, ConfigurationVersion, Unit

ROUTINE = """
flows:
  case:
    label: Case
    see: desk
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, unit, description], optional: [text, place, day, hour, amount, takes, agreed, colour, shades, faculty, other, someone, helper, named, several, home, lab], assign: desk}
      close: {label: Close, from: open, to: shut, by: desk}
fields:
  text: {type: text, label: Text}
  place: {type: place, label: Place}
  day: {type: date, label: Day}
  hour: {type: time, label: Hour}
  amount: {type: number, label: Amount}
  takes: {type: length, label: Takes}
  agreed: {type: tick, label: Agreed}
  colour: {label: Colour, choices: {red: Red, cold: {label: Cold, choices: {blue: Blue, green: Green}}}}
  shades: {label: Shades, many: true, choices: {dark: Dark, light: Light}}
  faculty: {type: unit, label: Faculty, choices: faculty}
  other: {type: unit, label: Other}
  someone: {type: person, label: Someone}
  helper: {type: person, label: Helper, choices: contact}
  named: {type: case, label: Named}
  several: {type: case, label: Several, many: true}
  home: {type: unit, label: Home, default: someone, choices: faculty}
  lab: {type: unit, label: Lab, default: red_lab}
"""


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def became(facts, field, raw, me=None):
    """What is kept, or why it isn't."""
    try:
        return accept(facts.routine.fields[field], raw, facts, me)
    except Unacceptable as why:
        return f"!{why}"


BAD = "!invalid"


def test_each_kind_of_answer_is_read_tidied_or_refused(town):
    facts = town.context.facts_of_new("case", {"unit": "red"})
    for field, raw, kept in [
        ("text", "  Cold.\r\n", "Cold."),
        ("text", " \n ", None),
        ("text", "x" * 20_000, "x" * 20_000),
        ("text", "x" * 20_001, BAD),
        ("text", "I am 01010750160.", "!personal_data"),
        ("text", ["first", "second"], "first"),
        ("text", [], None),
        ("text", 12, "12"),
        ("place", " By \n the   door ", "By the door"),
        ("place", "x" * 200, "x" * 200),
        ("place", "x" * 201, BAD),
        ("day", "2026-03-04", "2026-03-04"),
        ("day", "2026-03-04T10:00", "2026-03-04"),
        ("day", "2026-02-30", BAD),
        ("hour", "09:05", "09:05"),
        ("hour", "9:05:30", BAD),
        ("hour", "09:05:30", "09:05"),
        ("hour", "late", BAD),
        ("amount", " 1 200,50 ", "1200.50"),
        ("amount", "-3", "-3"),
        ("amount", "many", BAD),
        ("amount", "NaN", BAD),
        ("amount", "Infinity", BAD),
        ("takes", "3 uker", "3 weeks"),
        ("takes", "a while", BAD),
        *(("agreed", raw, True) for raw in ("y", "on", "1", "true", True)),
        *(("agreed", raw, None) for raw in ("0", "no", "false", "False", False, "")),
        ("colour", "red", "red"),
        ("colour", " green ", "green"),
        ("colour", "cold", "cold"),
        ("colour", "yellow", BAD),
        ("shades", ["dark", "", "light"], ["dark", "light"]),
        ("shades", "dark", ["dark"]),
        ("shades", ["dark", "grey"], BAD),
        ("shades", [""], None),
        ("faculty", "red", "red"),
        ("faculty", "red_lab", BAD),
        ("other", "red_lab", "red_lab"),
        ("other", "nowhere", BAD),
        ("area", "safety", "safety"),
        ("area", "nothing", BAD),
        ("someone", str(town.people["olga"]), town.people["olga"]),
        ("someone", "olga", BAD),
        ("helper", town.people["rita"], town.people["rita"]),
        ("helper", town.people["bill"], BAD),
        ("named", "2026-9999", "!no_case"),
        ("named", "x", "!no_case"),
    ]:
        assert became(facts, field, raw) == kept, (field, raw)


def test_cases_are_named_by_those_who_may_open_them_and_not_by_themselves(town):
    one, two, own = town.report(), town.report(), town.report()
    facts, dora, olga = town.facts(own), town.people["dora"], town.people["olga"]
    assert became(facts, "named", one.number, dora) == one.number
    assert became(facts, "named", one.number, olga) == "!no_case"
    assert became(facts, "named", own.number, dora) == "!same_case"
    assert became(facts, "several", f"{one.number}, {two.number};{one.number}", dora) == [one.number, two.number]
    assert became(facts, "several", [one.number, None, two.number], dora) == [one.number, two.number]
    own.answers = {**own.answers, "named": one.number, "several": [two.number]}
    assert became(facts, "named", one.number, olga) == one.number, "what it names already stays"
    assert became(facts, "several", two.number, olga) == [two.number]
    assert became(facts, "several", one.number, olga) == "!no_case"


def test_what_is_retired_stays_with_the_cases_that_have_it_and_comes_to_no_other(town):
    case = town.report(unit="blue", area="safety", other="red_lab")
    for table, name in ((Unit, "blue"), (Unit, "red_lab"), (Area, "safety")):
        town.session.query(table).filter_by(name=name).update({"retired": True})
    town.session.get(ConfigurationVersion, 1).version += 1
    town.session.commit()
    old, new = town.facts(case), town.context.facts_of_new("case", {"unit": "blue"})
    for field, value in (("unit", "blue"), ("area", "safety"), ("other", "red_lab")):
        assert became(old, field, value) == value
        assert became(new, field, value) == BAD
    assert became(old, "other", "blue") == BAD
    assert default(new.routine.fields["lab"], new) is None


def test_a_unit_that_is_filled_in_beforehand_is_a_named_one_or_somebodys_own(town):
    facts = town.context.facts_of_new("case", {"someone": town.people["lena"]})
    fields = facts.routine.fields
    assert default(fields["lab"], facts) == "red_lab"
    assert default(fields["home"], facts) == "red", "up to the kind of unit that is asked for"
    assert default(fields["home"], town.context.facts_of_new("case", {})) is None
    assert default(fields["text"], facts) is None


def test_what_is_no_answer():
    assert all(unanswered(each) for each in (None, False, "", [], ()))
    assert not any(unanswered(each) for each in (0, "0", True, [""], "no"))
