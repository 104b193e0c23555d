"""What each surface finds of a case: by its number for whoever may open it, by its words for whoever may read them."""

import pytest
from sqlalchemy import select

from app.workflow import finding
from model import Case

ROUTINE = """
    flows:
      case:
        label: Case
        see: [contact, boss, {who: warden, only: [number, title]}]
        states:
          open: {label: Open}
          shut: {label: Shut, final: true}
        transitions:
          submit: {label: Report, from: new, to: open, by: anyone, fields: [area, description], optional: [reporter, unit], assign: desk}
          end: {label: End, from: open, to: shut, by: handler}
    fields:
      description: {label: What happened, see: [desk, contact]}
    """


@pytest.fixture
def town(settle):
    return settle(ROUTINE)


def found(town, who, text):
    clause = finding.searched(town.context.viewer(town.people.get(who)), Case, text)
    rows = finding.rows(town.context.viewer(town.people.get(who)), Case)
    return set(town.session.scalars(select(Case.number).where(rows, clause)))


def test_a_search_finds_words_only_for_those_who_may_read_them(town):
    case = town.report(area="safety", description="The ceiling leaks. Badly.")
    for who, by_number, by_word in [
        ("dora", True, True),
        ("rita", True, True),
        ("bess", True, False),
        ("wanda", True, False),
        ("olga", False, False),
    ]:
        assert bool(found(town, who, case.number)) is by_number, who
        assert bool(found(town, who, "leaks")) is by_word, who
        assert bool(found(town, who, "BADLY ceiling")) is by_word, who


def test_a_title_of_its_own_is_found_by_all_who_see_the_case(settle):
    town = settle(ROUTINE.replace("fields: [area, description]", "fields: [area, title, description]"))
    town.report(title="Water", description="The ceiling leaks.")
    assert [bool(found(town, who, "water")) for who in ("dora", "bess", "olga")] == [True, True, False]
    assert [bool(found(town, who, "leaks")) for who in ("dora", "bess", "olga")] == [True, False, False]


def test_no_words_are_no_search(town):
    assert finding.searched(town.context.viewer(None), Case, " ") is None


def test_a_heading_is_a_title_only_to_those_who_may_read_it(town):
    facts = town.facts(town.report(area="safety", description="The ceiling leaks. Badly."))
    shown = {who: finding.heading(town.context.viewer(town.people[who]), facts) for who in ("dora", "bess", "wanda")}
    assert shown == {"dora": "The ceiling leaks", "bess": "", "wanda": ""}


def test_numbers_are_those_of_what_may_be_opened(town):
    case, other = town.report(), town.report(unit="blue")
    for who, numbers in (("dora", {case.number, other.number}), ("rita", {case.number}), ("olga", set())):
        viewer = town.context.viewer(town.people[who])
        assert finding.numbers(town.context, viewer) == numbers, who
        assert finding.numbers(town.context, viewer, Case) == numbers
        assert set(town.session.scalars(select(Case.number).where(finding.counted(viewer)))) == numbers
    assert town.session.scalar(finding.opened(town.context.viewer(town.people["dora"]), Case, case.number)) is case
    assert town.session.scalar(finding.opened(town.context.viewer(town.people["olga"]), Case, case.number)) is None
