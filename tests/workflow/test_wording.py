"""What a routine says on a move's pages, read from rows among its texts."""

from dataclasses import replace

import pytest

from app.language.load import load
from app.routing.organisation import Organisation
from app.workflow import wording
from app.workflow.wording import Box
from tests.workflow.town import routine

BODY = "It takes a minute.\n\nTalk to us\nMost things are mended\nat the door.\n \nNo names."
EMPTY = Organisation(1, {}, {}, {}, (), (), None)


def said(body, **more):
    return replace(EMPTY, texts={"tell_page": ({"en": " Tell\nus "}, {"en": body, **more})})


def test_the_first_block_leads_and_each_other_is_a_box_headed_by_its_first_line():
    found = wording.found(said(BODY), "tell", wording.PAGE, "en")
    assert (found.heading, found.lead) == ("Tell us", "It takes a minute.")
    assert found.boxes == [Box("Talk to us", "Most things are mended\nat the door."), Box("", "No names.")]


def test_without_a_row_nothing_is_said():
    assert wording.found(EMPTY, "tell", wording.PAGE, "en") is None
    assert wording.found(said(BODY), "tell", wording.RECEIPT, "en") is None


@pytest.mark.parametrize(("language", "lead"), [("nb", "Det tar et minutt."), ("fr", "It takes a minute.")])
def test_it_is_said_in_the_readers_language_else_in_the_first(language, lead):
    assert wording.found(said(BODY, nb="Det tar et minutt."), "tell", wording.PAGE, language).lead == lead


def test_what_nothing_can_fill_in_yet_is_left_out():
    assert wording.found(said("Case {number} is yours."), "tell", wording.PAGE, "en").lead == "Case  is yours."


def test_every_page_receipt_and_question_of_a_beginning_can_be_worded(root):
    routine = load((root / "workflow.yaml").read_text("utf-8")).routine
    names = [wording.named(move.name, what) for move, what in wording.possible(routine)]
    assert names[:4] == ["submit_page", "submit_receipt", "submit_reporter", "submit_area"]
    assert not any(name.startswith(("add_", "forward_")) for name in names)


def test_moves_that_begin_a_part_and_moves_that_begin_nothing_are_not_worded():
    text = """
    flows:
      case:
        label: Case
        see: desk
        states: {open: {label: Open}, shut: {label: Shut, final: true}}
        transitions:
          submit: {label: Report, from: new, to: open, by: anyone, fields: [description], optional: [comment], assign: desk}
          end: {label: End, from: open, to: shut, by: desk, fields: [comment]}
      job:
        label: Job
        part of: case
        states: {begun: {label: Begun}, done: {label: Done, final: true}}
        transitions:
          add: {label: Add, from: new, to: begun, by: desk, fields: [description]}
          finish: {label: Finish, from: begun, to: done, by: desk}
    """
    found = [(move.name, what) for move, what in wording.possible(routine(text))]
    assert found == [("submit", each) for each in ("page", "receipt", "description", "comment")]
    assert (wording.PAGE, wording.RECEIPT, wording.named("submit", "page")) == ("page", "receipt", "submit_page")


def test_a_text_without_words_has_an_empty_lead_and_no_box():
    found = wording.found(said(" \n\n "), "tell", wording.PAGE, "en")
    assert (found.lead, found.boxes) == ("", [])
    two = wording.found(said("One.\n\t\nHead\n  Text  "), "tell", wording.PAGE, "en")
    assert two.boxes == [Box("Head", "Text")]
