"""Present answers as somebody would type them, and which cases are proposed where one is named."""

import pytest

from app.workflow import typed

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk, boss]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [same, long, keeper, people, chosen, hidden], assign: desk}
      close: {label: Close, from: open, to: shut, by: desk}
fields:
  description: {see: [reporter, boss]}
  same: {label: Same, type: case}
  long: {label: Long, type: length}
  keeper: {label: Keeper, type: person}
  people: {label: People, type: person, many: true}
  chosen: {label: Chosen, type: person, choices: desk}
  hidden: {label: Hidden, type: person, see: boss}
"""


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def proposed(town, case, who, field="same"):
    facts = town.facts(case) if case is not None else town.context.facts_of_new("case", {})
    return typed.proposed(town.context, facts, facts.routine.fields[field], town.actor(who))


def test_the_newest_cases_that_somebody_may_open_are_proposed(town):
    mine, other = town.report(), town.report("bill")
    assert proposed(town, None, "dora") == [(other.number, ""), (mine.number, "")], "who may not read the words"
    assert proposed(town, mine, "dora") == [(other.number, "")], "not the case itself"
    assert proposed(town, mine, "bess") == [(other.number, "It is cold here")]
    assert [number for number, _ in proposed(town, None, "stig")] == [mine.number]
    assert proposed(town, None, "rita") == []
    assert proposed(town, None, None) == []
    assert proposed(town, None, "dora", "keeper") == []


def test_no_more_than_thirty_are(town):
    for _ in range(31):
        town.report()
    assert len(proposed(town, None, "dora")) == 30


def test_an_answer_is_typed_in_the_readers_language_and_people_by_their_addresses(town):
    rita, bill = town.people["rita"], town.people["bill"]
    case = town.report(long="2 weeks", keeper=rita, people=[rita, bill], chosen=town.people["dora"], hidden=bill)
    facts = town.facts(case)

    def said(name, who="dora", there=facts):
        field = there.routine.fields[name]
        return typed.as_typed(town.context, there, field, there.value(name), town.actor(who), "nb")

    assert said("long") == "2 uker"
    assert said("keeper") == "rita@town.example"
    assert said("people") == "rita@town.example, bill@town.example"
    assert said("chosen") == town.people["dora"], "chosen from a list"
    assert said("hidden") is None, "whoever may not read it is told nothing"
    assert said("reporter", "stig") is None
    assert said("area") == "teaching"
    new = town.context.facts_of_new("case", {"keeper": rita, "long": ""})
    assert (said("keeper", there=new), said("long", there=new)) == (rita, "")
