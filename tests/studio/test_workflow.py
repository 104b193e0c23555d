"""The editor of the routine: everything by forms, nothing lost, and the text is never more than a page away."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from app.change import drafts, editing
from app.change.editing_text import Document
from app.language.load import load
from config import ROOT
from model import Case, Draft, Role, WorkflowEdition
from tests.house import session_of
from tests.studio.answering import answers
from tests.web.english import English as Person

TEXT = (ROOT / "workflow.yaml").read_text()
HOME = "/studio/workflow/"
AS_TEXT = "/studio/workflow/text/"


@pytest.fixture
def admin(small_house):
    return Person(small_house, "admin")


def draft_of(app):
    with session_of(app) as session:
        draft = drafts.open_draft(session)
        return None if draft is None else (draft.text, draft.revision)


def text_of(app):
    return draft_of(app)[0]


def routine(app):
    loaded = load(text_of(app))
    assert loaded.routine is not None, [str(fault) for fault in loaded.errors]
    return loaded.routine


def at(flow, **thing):
    (kind, name), *_ = thing.items()
    return f"{HOME}?flow={flow}&{kind}={name}"


def save(person, path, **changes):
    """Open a form, change some answers and send it."""
    person.get(path)
    assert person.status == 200, person.text
    sent = {**answers(person.page), **changes}
    person.page = person.client.post(path, data={name: value for name, value in sent.items() if value is not None})
    return person.page


def type_text(person, text, **more):
    person.get(AS_TEXT)
    return person.post(AS_TEXT, text=text, **more)


def label(text):
    return {f"label-{code}": f"{text} {code}" for code in ("nb", "nn", "en")}


# -- who may, and what changes nothing ---------------------------------------------


@pytest.mark.parametrize("name", ["desk", "student_idi"])
def test_only_those_who_may_configure_come_in(small_house, name):
    person, visitor = Person(small_house, name), Person(small_house)
    for path in (HOME, AS_TEXT, f"{HOME}remove?flow=case&state=received", f"{HOME}draft.yaml"):
        assert person.get(path).status_code == 403, path
        assert visitor.get(path).status_code == 302, path
    for path in (HOME, AS_TEXT, f"{AS_TEXT}check", f"{HOME}start", f"{HOME}remove?flow=case&state=received"):
        person.get("/users/userinfo/")
        assert person.post(path, text="x").status_code == 403, path
    assert draft_of(small_house) is None


def test_without_the_pages_own_token_nothing_is_saved(admin, small_house):
    admin.get(at("case", state="received"))
    sent = {**answers(admin.page), "csrf_token": "forged"}
    assert admin.client.post(at("case", state="received"), data=sent).status_code == 400
    for path in (f"{HOME}start", AS_TEXT, f"{AS_TEXT}check"):
        assert admin.client.post(path, data={"text": "x"}).status_code == 400
    assert draft_of(small_house) is None


def test_looking_around_starts_no_draft(admin, small_house):
    for path in (HOME, at("case", transition=""), at("case", state=""), at("case", guard=""), AS_TEXT):
        assert admin.get(path).status_code == 200, path
    assert "Begin a draft" in admin.get(HOME).get_data(as_text=True)
    assert admin.get(f"{HOME}draft.yaml").status_code == 404
    assert draft_of(small_house) is None


def everything():
    document = Document(TEXT)
    for flow in document.names("flows"):
        for kind, section in (("transition", "transitions"), ("state", "states"), ("clock", "clocks")):
            yield from ((flow, kind, name) for name in document.names("flows", flow, section))
    for kind in ("guard", "field"):
        yield from (("case", kind, name) for name in document.names(f"{kind}s"))


def test_every_form_sent_as_it_stands_changes_no_letter(admin, small_house):
    for flow, kind, name in everything():
        save(admin, at(flow, **{kind: name}))
        assert admin.status == 302, (kind, name, admin.text)
        assert text_of(small_house) == TEXT, (kind, name)


@pytest.mark.parametrize(
    "path",
    [
        f"{HOME}?flow=nothing",
        at("case", transition="nothing"),
        at("case", state="new"),
        at("case", guard="nothing"),
        at("case", clock=""),
        at("case", field=""),
        at("case", field="number"),
        f"{HOME}remove?flow=case",
        f"{HOME}remove?flow=case&state=nothing",
        f"{HOME}remove?flow=case&field=course",
        at("case", transition="\0x"),
    ],
)
def test_what_is_not_there_is_not_found(admin, path):
    assert admin.get(path).status_code == 404
    admin.get(HOME)
    assert admin.post(path).status_code == 404


# -- the routine of the task, by clicking alone --------------------------------------


def test_the_first_line_is_dropped_a_state_renamed_and_results_approved_without_a_word_of_yaml(admin, small_house):
    save(admin, at("case", transition="submit"), to="at_faculty", assign="routing")
    admin.get(f"{HOME}remove?flow=case&state=received")
    for words in ("Forward to faculty", "Return to intake", "Record that the head was consulted", "by unit, area"):
        assert words in admin.text
    admin.post(f"{HOME}remove?flow=case&state=received", to="at_faculty")
    assert admin.status == 302
    save(admin, at("case", state="in_progress"), name="being_handled")
    assert admin.page.location.endswith("state=being_handled#edit")

    save(admin, at("action", state=""), **label("Til godkjenning"), name="to_be_approved", after="accepted")
    assert "must be mended" in admin.follow().get_data(as_text=True), "nothing leads there yet"
    save(admin, at("action", transition="complete"), to="to_be_approved")
    save(
        admin,
        at("action", transition=""),
        **label("Godkjenn resultatet"),
        name="approve_result",
        start=["to_be_approved"],
        to="completed",
        by=["handler"],
    )
    assert admin.status == 302, admin.text
    page = admin.follow().get_data(as_text=True)
    assert "must be mended" not in page
    assert "Draft of edition 2" in page

    new = routine(small_house)
    case, action = new.flows["case"], new.flows["action"]
    assert (case.transitions["submit"].to.state, "received" in case.states) == ("at_faculty", False)
    assert {"forward", "send_back"}.isdisjoint(case.transitions)
    assert new.migrate == {"case": {"received": "at_faculty", "in_progress": "being_handled"}}
    assert list(action.states) == [
        *("clarifying", "declined", "assigned", "accepted", "to_be_approved", "completed", "withdrawn")
    ]
    approve = action.transitions["approve_result"]
    assert (approve.sources, approve.to.state) == (("to_be_approved",), "completed")
    assert approve.label == {
        "nb": "Godkjenn resultatet nb",
        "nn": "Godkjenn resultatet nn",
        "en": "Godkjenn resultatet en",
    }
    with session_of(small_house) as session:
        assert session.scalar(select(func.count()).select_from(WorkflowEdition)) == 1, "nothing is published"


# -- moves -------------------------------------------------------------------------


def test_all_that_a_move_says_can_be_said_by_its_form(admin, small_house):
    save(
        admin,
        at("case", transition="accept"),
        **label("Ta imot"),
        start=["received", "at_faculty"],
        to="same",
        by=["handler", "dean"],
        by_own="{who: hse_coordinator, when: {area: hse}}",
        guards=["head_is_consulted", "severity_comes_first"],
        assign="me",
        **{"ask-severity": "must", "ask-comment": "may", "ask-personnel_matter": ""},
        **{"who-1": "intake", "mail-1": "case_returned"},
    )
    assert admin.status == 302, admin.text
    said = Document(text_of(small_house)).value("flows", "case", "transitions", "accept")
    assert said == {
        "label": {"nb": "Ta imot nb", "nn": "Ta imot nn", "en": "Ta imot en"},
        "from": ["at_faculty", "received"],
        "to": "same",
        "by": ["handler", "dean", {"who": "hse_coordinator", "when": {"area": "hse"}}],
        "fields": ["severity"],
        "optional": ["comment"],
        "guards": ["head_is_consulted", "severity_comes_first"],
        "assign": "me",
        "notify": {"reporter": "case_accepted", "intake": "case_returned"},
    }
    assert "      accept: # S25; E3\n" in text_of(small_house)


def test_what_only_the_text_can_say_is_kept_by_the_form(admin, small_house):
    odd = TEXT.replace(
        "from: at_faculty\n        to: in_progress\n        by: handler\n",
        "from: at_faculty\n        to: in_progress\n        by: [{who: dean, at: own}, handler]\n        again: [severity]\n",
    ).replace("assign: new_handler,", "assign: {first: [new_handler, intake]},")
    type_text(admin, odd)
    for move in ("accept", "hand_over"):
        save(admin, at("case", transition=move))
        assert admin.status == 302, admin.text
    assert text_of(small_house) == odd
    save(admin, at("case", transition="accept"), **{"label-en": "Take it"})
    assert "by: [{who: dean, at: own}, handler]\n        again: [severity]\n" in text_of(small_house)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"label-nb": "", "label-nn": "", "label-en": ""}, "Fill this in"),
        ({"label-nn": ""}, "Nynorsk"),
        ({"start": None}, "Fill this in"),
        ({"to": ""}, "Fill this in"),
        ({"by": None}, "Say who can do it"),
        ({"by_own": "{who: dean, when: ["}, "Line"),
        ({"by_own": "*anchor"}, "Line"),
        ({"assign": "=", "assign_own": "[a, b: {"}, "Line"),
    ],
)
def test_what_can_not_be_saved_stays_typed_and_is_told_at_its_field(admin, small_house, changes, told):
    path = at("case", transition="accept")
    save(admin, path, **{"label-en": "Typed <by> me", **changes})
    assert admin.status == 400
    assert told in admin.text
    assert 'aria-invalid="true"' in admin.text
    assert "ds-error-summary" in admin.text
    assert draft_of(small_house) is None
    again = answers(admin.page)
    expected = {"label-en": "Typed <by> me", **changes}
    for name, value in expected.items():
        assert again.get(name) == value, name


def test_a_new_move_is_named_by_its_english_text_or_as_one_likes(admin, small_house):
    new = {"start": ["at_faculty"], "to": "same", "by": ["handler"]}
    for _ in range(2):
        save(
            admin,
            at("case", transition=""),
            **{"label-nb": "Å", "label-nn": "Å", "label-en": "Ask: 2 deans, now!"},
            **new,
        )
        assert admin.status == 302, admin.text
    moves = Document(text_of(small_house)).names("flows", "case", "transitions")
    assert moves[-2:] == ["ask_2_deans_now", "ask_2_deans_now_2"]
    before = text_of(small_house)
    for name, told in (("accept", "called “accept” already"), ("received", "already"), ("Not Good", "can't be a name")):
        save(admin, at("case", transition=""), **label("x"), **new, name=name)
        assert admin.status == 400
        assert told in admin.text
    assert text_of(small_house) == before


def test_a_function_that_only_the_organisation_has_joins_the_routine(admin, small_house):
    with session_of(small_house) as session:
        session.add(Role(name="caretaker", label={"nb": "Vaktmester", "nn": "Vaktmeister", "en": "Caretaker"}))
        session.commit()
    save(admin, at("case", transition="accept"), assign="caretaker")
    assert admin.status == 302, admin.text
    assert routine(small_house).roles[-1] == "caretaker"
    assert "Caretaker" in admin.get(HOME).get_data(as_text=True) or admin.status == 200


def test_a_requirement_tells_how_many_open_cases_fail_it_now(small_house, admin):
    for _ in range(3):
        Person(small_house).report()
    with session_of(small_house) as session:
        for at_, case in enumerate(session.scalars(select(Case).order_by(Case.id))):
            case.answers = {**case.answers, "personnel_matter": at_ == 0}
        session.commit()
    save(admin, at("case", transition="consult"), guards=["head_is_consulted"])
    page = admin.follow().get_data(as_text=True)
    fieldset = page[page.index("What is required?") :]
    assert "1 of 3 open cases don&#39;t meet this now" in fieldset
    assert re.search(
        r'data-transition="consult".*?<td role="cell" data-label="Open cases" class="num">3<', page, re.DOTALL
    )
    submit = admin.get(at("case", transition="submit")).get_data(as_text=True)
    assert "meet this now" not in submit, "no case stands before a new one"


def test_a_move_is_taken_out_after_saying_what_goes_with_it(admin, small_house):
    path = f"{HOME}remove?flow=action&transition=add"
    admin.get(path)
    assert "The deadline for “Add an action”" in admin.text
    assert draft_of(small_house) is None
    admin.post(path)
    assert "add" not in Document(text_of(small_house)).names("flows", "action", "transitions")
    page = admin.follow().get_data(as_text=True)
    assert "must be mended" in page
    links = re.findall(r'href="([^"]+)">Line \d+, column \d+', page)
    assert links
    assert all(admin.get(each.replace("&amp;", "&")).status_code == 200 for each in links)


# -- faults at their fields ----------------------------------------------------------


def test_a_fault_of_the_text_stands_at_the_field_it_is_about(admin, small_house):
    type_text(admin, TEXT.replace("guards: [every_action_is_settled]", "guards: [every_action_is_setled]"))
    page = admin.get(at("case", transition="close")).get_data(as_text=True)
    assert re.search(
        r'<p class="ds-validation-message" id="guards-e">Line \d+, column \d+: unknown requirement|id="guards-e">Line \d+',
        page,
    )
    row = re.search(r'data-transition="close">(.*?)</th>', page, re.DOTALL)[1]
    assert "Must be mended" in row
    assert "every_action_is_setled" in answers(admin.page)["guards"]


# -- states, requirements, deadlines, questions ---------------------------------------


def test_a_state_says_what_it_is_called_what_the_reporter_reads_and_whether_it_is_the_end(admin, small_house):
    told = {f"told-{code}": f"Vent: «{code}»\r\nLinje to" for code in ("nb", "nn", "en")}
    save(admin, at("case", state="closed"), **label("Ferdig"), **told, final="may reopen")
    state = routine(small_house).flows["case"].states["closed"]
    assert (state.label["nb"], state.told["en"], state.final) == ("Ferdig nb", "Vent: «en»\nLinje to", "may reopen")
    save(admin, at("case", state="closed"), name="received")
    assert admin.status == 400
    assert "already" in admin.text


def test_a_state_can_stand_first(admin, small_house):
    save(admin, at("case", state=""), **label("Før"), after="/", name="before_all")
    assert Document(text_of(small_house)).names("flows", "case", "states")[0] == "before_all"


def test_a_requirement_is_made_changed_and_taken_out_again(admin, small_house):
    says = {f"says-{code}": f"Skriv {code}" for code in ("nb", "nn", "en")}
    save(admin, at("case", guard=""), **says, needs="{reason: filled}", name="has_reason")
    assert admin.status == 302, admin.text
    save(admin, at("case", transition="close"), guards=["every_action_is_settled", "has_reason"])
    assert "“Reason” is filled in" in admin.get(HOME).get_data(as_text=True)
    save(admin, at("case", guard="has_reason"), needs="{reason: [")
    assert admin.status == 400
    assert answers(admin.page)["needs"] == "{reason: ["
    admin.get(f"{HOME}remove?flow=case&guard=has_reason")
    admin.post(f"{HOME}remove?flow=case&guard=has_reason")
    assert text_of(small_house) == TEXT


def test_a_deadline_gets_another_length_and_other_reminders(admin, small_house):
    rows = {"count": "1", "unit": "weeks"}
    rows |= {"who-0": "dean", "how-0": "before", "count-0": "2", "unit-0": "working days"}
    rows |= {"who-1": "", "who-2": "handler", "how-2": "every", "count-2": "1", "unit-2": "days"}
    rows |= {"who-3": "dean", "how-3": "due"}
    save(admin, at("case", clock="at_faculty"), **rows)
    assert admin.status == 302, admin.text
    said = Document(text_of(small_house)).value("flows", "case", "clocks", "at_faculty")
    assert said["runs"] == "1 week"
    assert said["remind"] == {"dean": ["2 working days before", "due"], "handler": ["every 1 day"]}
    routine(small_house)
    save(admin, at("case", clock="at_faculty"), count="many")
    assert admin.status == 400
    assert answers(admin.page)["count"] == "many"


def test_a_question_gets_other_words(admin, small_house):
    save(admin, at("case", field="course"), **label("Emne"))
    assert routine(small_house).fields["course"].label["nn"] == "Emne nn"
    save(admin, at("case", field="comment"), **label("Merknad"))
    assert routine(small_house).fields["comment"].label["en"] == "Merknad en"


# -- the text ------------------------------------------------------------------------


def test_what_is_typed_as_text_is_kept_to_the_letter_right_or_wrong(admin, small_house):
    for typed in (TEXT + "\n# a comment\n", "flows: [", "  \n\tx: ¤%&/()=\n\n", TEXT):
        type_text(admin, typed.replace("\n", "\r\n"))
        assert admin.status == 302
        assert text_of(small_house) == typed
        admin.follow()
        assert answers(admin.page, "revision")["text"] == typed


def test_a_text_that_can_not_be_read_closes_the_forms_and_says_where(admin, small_house):
    type_text(admin, TEXT.replace("  case:\n", "  case: {\n", 1))
    for path in (HOME, at("case", state="received"), f"{HOME}remove?flow=case&state=received"):
        assert admin.get(path).status_code == 200
        assert "Mend it in the text first" in admin.text
        assert re.search(r"Line \d+, column \d+", admin.text)
        assert admin.post(path, seen="x").status_code == 400
    assert "text/?line=" in admin.text
    assert admin.get(AS_TEXT + "?line=12").status_code == 200
    assert "data-line=" in admin.text


def test_a_fault_is_told_with_its_line_quoted(admin, small_house):
    wrong = TEXT.replace("to: at_faculty\n        by: intake", "to: at_facolty\n        by: intake")
    type_text(admin, wrong)
    page = admin.follow().get_data(as_text=True)
    line = wrong.split("\n").index("        to: at_facolty") + 1
    assert f"Line {line}, column 13" in page
    assert "<code>to: at_facolty</code>" in page
    assert "Did you mean" in page


def test_faults_are_told_while_one_types_and_nothing_is_kept(admin, small_house):
    admin.get(AS_TEXT)
    answer = admin.post(f"{AS_TEXT}check", text=TEXT.replace("to: in_progress", "to: nowhere"))
    assert answer.status_code == 200
    assert "unknown" in admin.text
    assert "<html" not in admin.text
    admin.get(AS_TEXT)
    assert "Nothing is wrong in the text" in admin.post(f"{AS_TEXT}check", text=TEXT).get_data(as_text=True)
    assert draft_of(small_house) is None
    for odd in ("", "\0", "a: [", "- x", "x" * 300_000):
        admin.get(AS_TEXT)
        assert admin.post(f"{AS_TEXT}check", text=odd).status_code == 200


def test_forms_and_text_change_the_same_draft(admin, small_house):
    type_text(admin, TEXT + "# mine\n")
    save(admin, at("case", state="received"), **label("Kommet inn"))
    assert text_of(small_house).endswith("# mine\n")
    admin.get(AS_TEXT)
    assert "Kommet inn nb" in answers(admin.page, "revision")["text"]
    admin.get(f"{HOME}draft.yaml")
    assert admin.page.get_data(as_text=True) == text_of(small_house)
    assert "attachment" in admin.page.headers["Content-Disposition"]


# -- two at once -----------------------------------------------------------------------


def test_of_two_who_change_the_text_at_once_the_later_sees_both(admin, small_house):
    """F47."""
    admin.get(AS_TEXT)
    other = Person(small_house, "admin")
    type_text(other, TEXT + "# theirs\n")
    admin.post(AS_TEXT, text=TEXT + "# mine\n")
    assert admin.status == 409
    assert "# mine" in answers(admin.page, "revision")["text"]
    assert "# theirs" in admin.text
    assert text_of(small_house).endswith("# theirs\n")
    admin.post(AS_TEXT, text=TEXT + "# theirs\n# mine\n")
    assert admin.status == 302
    assert text_of(small_house).endswith("# theirs\n# mine\n")


def test_of_two_who_change_one_thing_at_once_the_later_is_told_and_loses_nothing(admin, small_house):
    """F47."""
    path = at("case", state="received")
    admin.get(path)
    mine = {**answers(admin.page), "label-nb": "Min", "csrf_token": answers(admin.page)["csrf_token"]}
    other = Person(small_house, "admin")
    save(other, path, **{"label-nb": "Deres"})
    admin.page = admin.client.post(path, data=mine)
    assert admin.status == 409
    assert "Somebody has changed this" in admin.text
    assert answers(admin.page)["label-nb"] == "Min"
    assert "Deres" in text_of(small_house)
    admin.page = admin.client.post(path, data=answers(admin.page))
    assert admin.status == 302
    assert "nb: Min" in text_of(small_house)


def test_two_who_change_different_things_at_once_are_both_heard(admin, small_house):
    path = at("case", state="received")
    admin.get(path)
    mine = {**answers(admin.page), "label-nb": "Min"}
    save(Person(small_house, "admin"), at("case", state="closed"), **{"label-nb": "Deres"})
    admin.page = admin.client.post(path, data=mine)
    assert admin.status == 302
    assert "nb: Min" in text_of(small_house)
    assert "nb: Deres" in text_of(small_house)


def test_what_somebody_else_has_changed_is_not_taken_out_unseen(admin, small_house):
    path = f"{HOME}remove?flow=case&state=received"
    admin.get(path)
    save(Person(small_house, "admin"), at("case", state="received"), **label("Ny"))
    assert admin.post(path).status_code == 409
    assert "received" in Document(text_of(small_house)).names("flows", "case", "states")
    assert admin.post(path).status_code == 302


def test_a_draft_doesnt_begin_with_what_an_edition_said_of_the_open_cases_of_its_day(admin, small_house):
    with session_of(small_house) as session:
        text = editing.set_migrate(TEXT, "case", {"received": "at_faculty"})
        now = datetime.now(UTC)
        session.add(WorkflowEdition(number=2, text=text, sha256="", published_at=now))
        session.commit()
    admin.get(AS_TEXT)
    assert "migrate" not in answers(admin.page, "revision")["text"]
    admin.post(f"{HOME}start")
    assert text_of(small_house) == TEXT


def test_a_draft_is_begun_once_and_by_a_button(admin, small_house):
    for _ in range(2):
        admin.get(HOME)
        admin.post(f"{HOME}start")
        assert admin.status == 302
    with session_of(small_house) as session:
        assert session.scalar(select(func.count()).select_from(Draft)) == 1
    assert text_of(small_house) == TEXT
