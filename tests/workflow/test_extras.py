"""The routine's own fields in lists: which are offered where, and whose words stand in which."""

import pytest
from sqlalchemy import select

from app.workflow.extras import Fields, offered, sources
from model import Case, Part, Subject
from tests.workflow.town import routine

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk, {who: boss, at: anywhere, only: [number, cause, title]}, {who: contact, only: [number, amount]}]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description, cause], optional: [amount, seen_on, papers, both], assign: desk}
      grade: {label: Grade, from: open, to: same, by: desk, set: {hush: "Set"}}
      close: {label: Close, from: open, to: shut, by: desk}
  job:
    label: Job
    part of: case
    see: [desk, owner]
    states: {given: {label: Given}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: given, by: desk, fields: [title, owner], optional: [effort, both]}
      redo: {label: Redo, from: given, to: same, by: desk, again: [effort]}
      finish: {label: Finish, from: given, to: done, by: owner}
fields:
  unasked: {label: Unasked}
  cause: {label: Cause}
  hush: {label: Hush, see: desk}
  amount: {label: Amount, type: number}
  seen_on: {label: Seen, type: date}
  papers: {label: Papers, type: file}
  effort: {label: Effort, type: number}
  both: {label: Both, choices: {yes_: "Yes", no_: "No"}}
  access_log: {see: desk}
  history: {see: desk}
  within: {label: Within, type: length, of: unit, default: 7 days}
"""


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def fields(town, who, *, parts=False):
    return Fields(town.context.viewer(town.people[who]), parts)


def test_cases_offer_what_they_ask_and_set_then_what_nobody_asks():
    found = routine(ROUTINE)
    assert list(offered(found, parts=False)) == ["description", "cause", "amount", "seen_on", "both", "hush", "unasked"]
    assert list(offered(found, parts=True)) == ["owner", "effort", "both", "round"]
    asked_again = routine(ROUTINE.replace("by: desk, set: {hush", "by: desk, again: [cause], set: {hush"))
    assert "round" in offered(asked_again, parts=False)


def test_a_title_that_nobody_is_asked_for_has_the_descriptions_words():
    found = routine(ROUTINE)
    assert sources(found, "title") == ("title",), "parts are asked for one"
    derived = routine(ROUTINE.replace("fields: [title, owner]", "fields: [owner]"))
    assert sources(derived, "title") == ("title", "description")
    assert sources(derived, "cause") == ("cause",)


def test_rows_pass_where_the_viewer_may_read_the_field(town):
    one, other = town.report(cause="Rain"), town.report(cause="Snow", unit="blue")

    def found(who, name, value, *, parts=False):
        where = fields(town, who, parts=parts).where(name, lambda row: row.text(name) == value)
        return town.session.scalars(select(Subject.id).where(where)).all()

    assert found("dora", "cause", "Rain") == [one.id]
    assert found("bess", "cause", "Snow") == [other.id]
    assert found("rita", "cause", "Rain") == [], "held to other fields"
    part = town.add(one, "dora", title="Mend", owner=town.people["rita"], effort="3")
    assert found("dora", "effort", "3", parts=True) == [part.id]
    assert found("dora", "cause", "Rain", parts=True) == [], "what a part has from its whole is the whole's to show"


def test_which_fields_a_viewer_may_read_is_told_row_by_row(town):
    town.report(cause="Rain", amount="7")
    town.report(cause="Rain", amount="7", unit="blue")

    def told(who):
        readable = fields(town, who).readable(["cause", "amount"])
        return town.session.scalars(select(readable).select_from(Case).order_by(Case.id)).all()

    assert told("dora") == [",cause,amount,"] * 2
    assert told("bess") == [",cause,"] * 2
    assert told("rita") == [",amount,", ","]


def test_what_a_list_can_be_sorted_by(town):
    mine = fields(town, "dora")
    assert [name for name in mine.fields if mine.sortable(name)] == [
        "description",
        "cause",
        "amount",
        "seen_on",
        "hush",
        "unasked",
    ]
    assert not mine.sortable("effort")
    assert not fields(town, "dora", parts=True).sortable("both")


def test_an_order_goes_by_the_answer_and_by_nothing_where_it_is_not_to_be_read(town):
    rows = [town.report(cause=cause, amount=amount) for cause, amount in (("b", "10"), ("a", "9"), ("c", ""))]
    first, second, third = (row.id for row in rows)

    def order(who, name):
        return town.session.scalars(select(Case.id).order_by(fields(town, who).key(name), Case.id)).all()

    assert order("dora", "amount") == [third, second, first], "as numbers, and what is empty first"
    assert order("dora", "cause") == [second, first, third]
    assert order("bess", "amount") == [first, second, third]
    lowest = town.session.scalars(select(fields(town, "dora").key("amount")).select_from(Case)).all()
    assert lowest[2] == -1e300


def test_words_are_searched_for_in_what_may_be_read(town):
    case = town.report(cause="Rain", description="Wet floor. Very.")
    assert fields(town, "dora").texts == ["description", "cause", "hush", "unasked"]
    case.answers = {**case.answers, "hush": "Secret", "unasked": None}
    town.session.commit()

    def words(who, table=Case, *, parts=False):
        return town.session.scalars(select(fields(town, who, parts=parts).words()).select_from(table)).one().split()

    assert sorted(words("dora")) == sorted([case.number, "Wet", "floor", "Wet", "floor.", "Very.", "Rain", "Secret"])
    assert words("bess") == [case.number, "Wet", "floor", "Rain"]
    assert words("rita") == [case.number]
    part = town.add(case, "dora", title="Mend it", owner=town.people["rita"])
    assert words("dora", Part, parts=True)[:3] == [part.number, "Mend", "it"]
