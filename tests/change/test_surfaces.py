"""Who may see a case is asked on every surface by that surface's own function; one that leaks is named."""

from textwrap import dedent

import pytest
from sqlalchemy import select, true

from app.access import Viewer
from app.change.scenarios import play
from app.workflow import finding, mailing
from tests.change.test_scenarios import DATA
from tests.workflow.town import HEAD

ROUTINE = HEAD + dedent("""
    flows:
      case:
        label: Case
        see: [reporter, boss, {who: contact, only: [number]}]
        states:
          open: {label: Open}
          shut: {label: Shut, final: true}
        transitions:
          submit: {label: Report, from: new, to: open, by: anyone, fields: [area, description], optional: [reporter, unit, attachments], assign: desk, notify: {reporter: receipt, warden: news}}
          end: {label: End, from: open, to: shut, by: handler, fields: [summary]}
      job:
        label: Job
        part of: case
        states:
          given: {label: Given}
          done: {label: Done, final: true}
        transitions:
          give: {label: Give, from: new, to: given, by: handler, fields: [description]}
          finish: {label: Finish, from: given, to: done, by: handler}
    fields:
      attachments: {see: desk}
    """)
TEXT = DATA + dedent("""
    mails:
      news: {subject: "News {number}", body: "{description}"}
    """)
REPORT = "{as: stig, do: submit, makes: A, with: {area: safety, unit: red, description: It is freezing. Badly., attachments: [map.pdf]}}"
GIVE = "{as: dora, do: give, case: A, makes: J, with: {description: Mend it}}"


def told(*steps, routine=ROUTINE):
    listed = "".join(f"      - {step}\n" for step in steps)
    (played,) = play(routine, TEXT, f"now: 2026-03-02 09:00\nscenarios:\n  - name: One\n    steps:\n{listed}")
    return [each.partition(": ")[2] for each in played.faults]


def test_everybody_meets_the_case_where_they_should_and_nowhere_else():
    seen = "expect: {case: A, sees: [dora, bess, rita, stig], hidden from: [olga, wanda, anyone]}"
    assert told(REPORT, seen, GIVE, seen, "expect: {case: J, sees: [dora, bess], hidden from: [rita, olga]}") == []
    public = ROUTINE.replace("see: [reporter, boss,", "see: [reporter, boss, {who: anyone, only: [number]},")
    assert told(REPORT, "expect: {case: A, sees: [anyone, olga]}", routine=public) == []


def test_everybody_but_some_is_everybody_but_them_on_every_surface():
    """Whoever is left out, or shut out of the case, meets it nowhere while logged in."""
    public = "see: [reporter, {who: anyone, except: contact, only: [number]}]"
    routine = ROUTINE.replace("see: [reporter, boss, {who: contact, only: [number]}]", public)
    assert routine != ROUTINE
    seen = "expect: {case: A, sees: [anyone, olga, bess, dora], hidden from: [rita]}"
    assert told(REPORT, seen, routine=routine) == []
    bar = "      bar: {label: Bar, from: open, to: same, by: handler, exclude: boss}\n"
    barred = routine.replace("      end:", f"{bar}      end:", 1)
    shut = "expect: {case: A, sees: [anyone, olga, dora, stig], hidden from: [rita, bess]}"
    assert told(REPORT, "{as: dora, do: bar, case: A}", shut, routine=barred) == []


def test_one_who_sees_it_everywhere_or_nowhere_is_one_sentence():
    assert told(REPORT, "expect: {case: A, sees: olga}") == ["olga doesn't see the case, but should"]
    assert told(REPORT, "expect: {case: A, hidden from: bess}") == ["bess sees the case, but shouldn't"]
    assert told(REPORT, "expect: {case: A, sees: anyone}") == ["anyone doesn't see the case, but should"]


def everything(*_, **__):
    return true()


def every_number(_context, _viewer, table, _text):
    return table.number == table.number


LEAKS = [
    (
        finding,
        "rows",
        everything,
        "olga shouldn't see the case anywhere, but does in the list, its counts and its file",
    ),
    (finding, "searched", every_number, "rita finds the case by the word “freezing.”, but may not read it"),
    (
        finding,
        "counted",
        everything,
        "olga shouldn't see the case anywhere, but does in the counts of the report “all”",
    ),
    (Viewer, "sees", lambda *_: True, "olga shouldn't see the case anywhere, but does where links and mails ask"),
]


@pytest.mark.parametrize(("where", "name", "leak", "fault"), LEAKS, ids=lambda each: str(each)[:20])
def test_a_surface_that_shows_too_much_is_named(monkeypatch, where, name, leak, fault):
    monkeypatch.setattr(where, name, leak)
    found = told(REPORT, "expect: {case: A, sees: rita, hidden from: olga}")
    assert any(each.startswith(fault) for each in found), found


def test_a_page_that_opens_for_others_is_named(monkeypatch):
    monkeypatch.setattr(finding, "opened", lambda _viewer, table, _number: select(table))
    found = told(REPORT, "expect: {case: A, hidden from: olga}")
    assert found[0] == "olga shouldn't see the case anywhere, but does on its page"


def test_a_surface_that_shows_too_little_is_named(monkeypatch):
    monkeypatch.setattr(finding, "searched", lambda *_: None)
    found = told(REPORT, "expect: {case: A, sees: bess}")
    assert "bess should see the case everywhere, but doesn't when searching for its number" in found
    assert "bess may read “freezing.”, but doesn't find the case by it" in found


def test_a_file_that_anybody_can_download_is_named(monkeypatch):
    monkeypatch.setattr(finding, "file", lambda context, _viewer, _number, which: which)
    found = told(REPORT, "expect: {case: A, sees: [dora, bess], hidden from: olga}")
    assert found == [f"{each} can download “map.pdf”, but may not see it" for each in ("bess", "olga")]
    monkeypatch.setattr(finding, "file", lambda *_: None)
    assert told(REPORT, "expect: {case: A, sees: dora}") == ["dora may see “map.pdf”, but can't download it"]


def test_a_part_that_its_case_keeps_is_named(monkeypatch):
    monkeypatch.setattr(Viewer, "_through_whole", lambda *_: False)
    found = told(REPORT, GIVE, "expect: {case: A, sees: bess}")
    assert found == ["the list and the page of part 2026-0001-1 disagree about bess"]


def test_a_mail_that_tells_what_is_hidden_is_named(monkeypatch):
    expected = "expect: {case: A, hidden from: wanda, mails: {stig: receipt, wanda: news}}"
    assert told(REPORT, expected) == []
    monkeypatch.setattr(mailing, "allowed", lambda known, *_: known)
    assert told(REPORT, expected) == [
        "wanda was mailed “It is freezing. Badly.”, which stands in the case",
        "wanda was mailed “It is freezing”, which stands in the case",
    ]
    assert told(REPORT, "{time: 2026-03-03 09:00, expect: {case: A, hidden from: wanda}}") == []


def test_a_mail_may_tell_what_a_fields_own_see_grants():
    told_so = ROUTINE.replace("attachments: {see: desk}", "description: {label: What, see: [desk, warden]}")
    assert told(REPORT, "expect: {case: A, hidden from: wanda, holds: {wanda: freezing}}", routine=told_so) == []
