"""What each surface finds of a case: by its number for whoever may open it, by its words for whoever may read them."""

import pytest
from sqlalchemy import select

from app.workflow import finding
from app.workflow.uploads import Upload
from model import Case, StoredFile

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
    clause = finding.searched(town.context, town.context.viewer(town.people.get(who)), Case, text)
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


@pytest.mark.parametrize("sign", ["%", "_", "\\", "/", "*", '"', "'"])
def test_f35_a_sign_of_the_search_language_means_itself(town, sign):
    town.report(area="safety", description="The ceiling leaks")
    with_it = town.report(area="safety", description=f"The roof{sign}leaks {sign}twice")
    assert found(town, "dora", sign) == {with_it.number}, "where a word begins with it"
    assert found(town, "dora", f"f{sign}l") == {with_it.number}
    assert found(town, "dora", f"roof{sign}leaks") == {with_it.number}


def test_no_words_are_no_search(town):
    assert finding.searched(town.context, town.context.viewer(None), Case, " ") is None


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


WITH_FILES = """
flows:
  case:
    label: Case
    see: [contact, desk, boss]
    states: {open: {label: Open}, shut: {label: Shut, final: true}}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [area, description, unit], optional: [papers, letter], assign: desk}
      replace: {label: Replace, from: open, to: same, by: desk, fields: [letter]}
      end: {label: End, from: open, to: shut, by: handler}
fields:
  papers: {type: file, many: true, label: Papers, see: [desk, contact]}
  letter: {type: file, label: Letter}
  history: {see: desk}
"""


def test_a_file_is_found_by_whoever_may_read_its_field_and_what_was_replaced_by_whoever_reads_the_history(settle):
    town = settle(WITH_FILES)
    case = town.report(papers=[Upload("1.txt", b"1"), Upload("2.txt", b"2")], letter=Upload("old.txt", b"3"))
    town.do(case, "dora", "replace", letter=Upload("new.txt", b"4"))
    other = town.report(unit="blue", letter=Upload("other.txt", b"5"))
    ids = {row.name: row.id for row in town.session.scalars(select(StoredFile))}

    def seen(who):
        viewer, facts = town.context.viewer(town.people[who]), town.facts(case)
        listed = [row.name for row in finding.files(town.context, viewer, facts)]
        opened = [name for name, pk in ids.items() if finding.file(town.context, viewer, case.number, pk)]
        assert listed == opened, "a page lists what may be downloaded"
        return listed

    assert seen("dora") == ["1.txt", "2.txt", "old.txt", "new.txt"]
    assert seen("rita") == ["1.txt", "2.txt", "new.txt"]
    assert seen("bess") == ["new.txt"]
    viewer = town.context.viewer(town.people["dora"])
    assert finding.file(town.context, viewer, other.number, ids["new.txt"]) is None, "of another case"
    assert finding.file(town.context, viewer, case.number, 999) is None
    assert finding.file(town.context, viewer, "2026-9999", ids["new.txt"]) is None
    assert finding.files(town.context, viewer, town.context.facts_of_new("case", {})) == []
    stranger = town.context.viewer(town.people["olga"])
    assert finding.file(town.context, stranger, case.number, ids["new.txt"]) is None, "who may not open the case"
    number = case.number.ljust(40, "x")
    assert town.session.scalar(finding.opened(viewer, Case, number)) is None


def test_where_nobody_is_kept_out_of_anything_no_row_is_looked_at(settle, monkeypatch):
    town = settle(ROUTINE.replace(", {who: warden, only: [number, title]}", ""))
    facts, viewer = town.facts(town.report()), town.context.viewer(town.people["dora"])
    asked = []
    monkeypatch.setattr(type(viewer), "readable", lambda _self, names, *_: asked.extend(names) or list(names))
    assert finding.shows(viewer, "area", facts)
    assert asked == []
    assert finding.shows(viewer, "title", facts)
    assert asked == ["title", "description"], "its words are those of a field that not everybody reads"
