"""Which words a redaction finds: whole ones, whatever their case and spacing, the longest first. And what it changes."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.workflow import engine, journal
from app.workflow.actor import Actor
from app.workflow.redacting import pattern, redact, scar, words_in
from app.workflow.uploads import Upload
from model import Document, OutgoingMail, StoredFile
from tests.workflow.proof import seal, verify
from tests.workflow.town import DATA


@pytest.mark.parametrize(
    ("words", "text", "left"),
    [
        (["ann"], "Ann and Anna, joann, ann.", "X and Anna, joann, X."),
        (["ann lee", "ann"], "ann \n Lee met Ann.", "X met X."),
        (["C++"], "C++x and xC++", "Xx and xC++"),
        (["(x)"], "a(x)b", "aXb"),
        (["a.c"], "abc a.c", "abc X"),
        (["å"], "å på å", "X på X"),
        ([], "anything", "anything"),
    ],
)
def test_what_is_found(words, text, left):
    assert pattern(words).sub("X", text) == left


ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk, boss]
    states:
      open: {label: Open}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [where, kind, weight, people, papers], assign: desk, notify: {boss: receipt}}
      name: {label: Name, from: open, to: same, by: desk, fields: [title]}
      hand: {label: Hand, from: open, to: same, by: desk, assign: contact}
      free: {label: Free, from: open, to: same, by: desk, assign: boss}
      close: {label: Close, from: open, to: shut, by: desk}
      tell: {label: Tell, from: open, to: same, by: desk, fields: [summary], notify: {boss: outcome}}
  job:
    label: Job
    part of: case
    states: {todo: {label: To do}, done: {label: Done, final: true}}
    transitions:
      add: {label: Add, from: new, to: todo, by: desk, fields: [title, description], optional: [comment]}
      finish: {label: Finish, from: todo, to: done, by: desk}
fields:
  where: {label: Where, type: place}
  kind: {label: Kind, choices: {ann: Ann, other: Other}}
  weight: {label: Weight, type: number}
  people: {label: People, many: true}
  papers: {type: file, many: true, label: Papers}
"""
MAILS = """
mails:
  receipt: {subject: "About {title}", body: "You wrote: {description}"}
  outcome: {subject: "{title}", body: "{title}: {summary}", letter: true}
"""
SAID = "██ (fjernet av Desk Top 2. mars 2026)"


@pytest.fixture
def town(settle):
    return settle(ROUTINE, data=DATA + MAILS)  # Monday 2 March 2026, 09:00


def take_out(town, case, *words, who="dora", version=None):
    redact(town.context, case, words, actor=town.actor(who), version=version)
    town.session.commit()


def test_words_are_gone_from_the_case_its_parts_and_all_that_was_written_of_them(town):
    case = town.report(
        description="Ann came. Then Ann left.",
        where="At Ann",
        kind="ann",
        weight="7",
        people=["Ann", "Bo"],
        papers=[Upload("ann and i.txt", b"Ann")],
    )
    part = town.add(case, "dora", title="Ask Ann", description="Ask ann about it", comment="Ann!")
    town.do(case, "dora", "tell", summary="Ann was told.")
    before = town.now
    town.now += timedelta(hours=1)
    take_out(town, case, "ann")
    assert (case.title, case.description) == ("██ came", f"{SAID} came. Then {SAID} left.")
    assert {name: case.answers[name] for name in ("where", "kind", "weight", "people")} == {
        "where": f"At {SAID}",
        "kind": "ann",
        "weight": "7",
        "people": [SAID, "Bo"],
    }
    [paper] = case.answers["papers"]
    assert paper["name"] == "██ and i.txt"
    assert isinstance(paper["file"], int)
    assert (part.title, part.description, part.answers["comment"]) == ("Ask ██", f"Ask {SAID} about it", f"{SAID}!")
    assert town.session.scalars(select(StoredFile.name)).all() == ["██ and i.txt"]
    [letter] = town.session.scalars(select(Document))
    assert (letter.title, letter.body) == ("██ came", f"██ came: {SAID} was told.")
    mails = [(mail.subject, mail.body) for mail in town.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id))]
    assert mails == [
        ("About ██ came", f"You wrote: ██ came. Then {SAID} left."),
        ("██ came", f"██ came: {SAID} was told."),
    ]
    rows = town.journal(case)
    assert rows[0].answers["description"] == f"{SAID} came. Then {SAID} left."
    assert rows[0].answers["kind"] == "ann"
    assert rows[0].salts["answers.description"] == "rewritten 1"
    assert len(rows[0].salts["answers.kind"]) == 32, "what stays is still proved"
    assert town.journal(part)[0].answers["title"] == "Ask ██", "a title has no room for more"
    assert (rows[-1].event, rows[-1].ordinal, rows[-1].answers) == (journal.REDACTED, case.events, {})
    assert (rows[-1].from_state, rows[-1].actor_id) == ("open", town.people["dora"])
    assert (case.changed_at, part.changed_at) == (town.now, before)
    seal(town)
    assert verify(town) == []


def test_another_case_keeps_its_words(town):
    one = town.report(description="Ann came.")
    other = town.report(description="Ann came.", papers=[Upload("ann.txt", b"Ann")])
    town.do(other, "dora", "tell", summary="Ann was told.")
    mails = select(OutgoingMail.subject, OutgoingMail.body).where(OutgoingMail.subject_id == other.id)
    sent = town.session.execute(mails).all()
    take_out(town, one, "Ann")
    assert (other.title, other.description) == ("Ann came", "Ann came.")
    assert town.journal(other)[0].answers["description"] == "Ann came."
    assert town.session.execute(mails).all() == sent
    assert "Ann" in town.session.scalars(select(Document.body)).one()
    assert town.session.scalars(select(StoredFile.name)).all() == ["ann.txt"]


def test_a_title_that_somebody_wrote_stays_theirs(town):
    case = town.report(description="Ann came.")
    town.do(case, "dora", "name", title="About Ann and Bo")
    take_out(town, case, "Ann")
    assert case.title == "About ██ and Bo"


def test_a_title_that_ends_in_the_midst_of_the_words_is_derived_anew(town):
    words = "a very long name indeed"
    case = town.report(description=f"{'It is so ' * 7}{words} came here to stay")
    assert words not in case.title
    take_out(town, case, words)
    assert case.title == f"{'It is so ' * 7}██ came here to…"
    [mail] = town.session.scalars(select(OutgoingMail.subject))
    assert mail == f"About {case.title}", "where it was copied to as well"


def test_an_empty_description_leaves_the_title_alone(town):
    case = town.report(description="Ann")
    case.description = ""
    take_out(town, case, "Ann")
    assert case.title == "██"


def test_whoever_comes_too_late_takes_nothing_out(town):
    case = town.report(description="Ann came.")
    version = case.version
    part = town.add(case, "dora", title="Ask", description="Ask")
    versions = case.version, part.version
    with pytest.raises(engine.Stale):
        take_out(town, case, "Ann", version=version - 1)
    town.session.rollback()
    assert case.description == "Ann came."
    take_out(town, case, "Ann", version=case.version)
    assert (case.version, part.version) == (versions[0] + 1, versions[1] + 1), "open forms of both are stale"


def test_a_scar_names_the_function_in_which_somebody_has_the_case_else_one_they_hold(town):
    def who(case, actor):
        return scar(town.context, case, actor).removeprefix("██ (fjernet av ").removesuffix(" 2. mars 2026)")

    case = town.report()
    assert who(case, town.actor("dora")) == "Desk Top"
    assert who(case, town.actor("lena")) == "Boss Red lab", "not the desk that has it"
    town.do(case, "dora", "hand")
    assert who(case, town.actor("rita")) == "Contact Red"
    assert who(case, town.actor("bill")) == "Contact Blue"
    assert who(case, town.actor("olga")) == "en saksbehandler", "whoever holds nothing"
    assert who(case, Actor()) == "en saksbehandler"
    case.handler = f"@{town.people['bess']}"
    assert who(case, town.actor("bess")) == "Boss Top"
    case.handler = None
    assert who(case, town.actor("bess")) == "Boss Top"
    case.handler = "desk::"
    assert who(case, town.actor("dora")) == "Desk", "a function of the whole institution"


def test_a_scar_is_in_the_cases_language_and_holds_no_brackets_of_others(town, monkeypatch):
    case = town.report()
    for language, said in (
        ("nb", "██ (fjernet av en saksbehandler 2. mars 2026)"),
        ("nn", "██ (fjerna av ein saksbehandlar 2. mars 2026)"),
        ("en", "██ (removed by a case handler on 2 March 2026)"),
    ):
        case.language = language
        assert scar(town.context, case, town.actor("olga")) == said
    context = town.context
    monkeypatch.setattr(type(context.organisation), "label", lambda _self, _role: {"en": "Desk (of (old))"})
    assert scar(context, case, town.actor("dora")) == "██ (removed by Desk of old Top on 2 March 2026)"


def test_words_are_taken_line_by_line():
    assert words_in("  Ann   Lee \n\nx\nab\nAnn Lee\n") == ["Ann Lee", "ab"]
    many = [f"word {number}" for number in range(55)]
    assert words_in("\n".join(many)) == many[:50]
