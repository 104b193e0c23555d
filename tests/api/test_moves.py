import pytest
from sqlalchemy import select

from model import Case
from tests.api.program import Program
from tests.house import mails, make_app, session_of
from tests.matrix.world import states

FORGED = ("state", "unit_id", "handler", "finished", "events", "severity", "reporter", "id", "no such field", "\ud800")


def stand(app, number):
    return states(app)[number]


def test_a_case_goes_its_way_from_program_to_program(full_house, program):
    student, desk, quality, head = (program(who) for who in ("student_idi", "desk", "quality_ie", "head_idi"))
    report = {"area": "education_quality", "unit": "ie", "description": "Gruppa mangler.", "tried_first": "tried"}
    assert student.post("/cases", answers={**report, "no_personal_data": True}) == 201
    number = student.json["number"]
    assert student.json["told"]
    assert student.json["address"] is None
    assert student.get(f"/cases/{number}") == 403
    assert desk.move(number, "forward", unit="ie", area="education_quality") == 200
    assert (desk.json["happened"], desk.json["state"], desk.json["address"]) == (True, None, None)
    assert quality.move(number, "accept") == 200
    assert quality.json["state"]["name"] == "in_progress"
    assert quality.move(number, "assess", severity="high") == 200
    quality.get(f"/cases/{number}/moves/add")
    [owner] = [each for each in quality.json["fields"] if each["name"] == "owner"]
    chosen = next(each["name"] for each in owner["choices"] if each["label"] == "Instituttleder IDI")
    assert quality.move(number, "add", description="Sett ned.", owner=int(chosen), due_on="2030-01-15") == 200
    action = quality.json["number"]
    assert head.move(action, "accept", kind="actions") == 200
    assert head.move(action, "complete", kind="actions", result="Gjort.") == 200
    assert quality.move(number, "close", summary="Alt er gjort.") == 200
    assert stand(full_house, number)[0] == "closed"
    assert {name for _, _, name, _, _ in mails(full_house)} >= {"receipt", "case_closed", "action_assigned"}


def test_every_reason_is_told_with_what_mends_it(program, numbers):
    quality = program("quality_ie")
    assert quality.move(numbers["quality", "with_actions"], "close") == 422
    field, guard = quality.json["reasons"]
    assert (field["kind"], field["name"], field["reason"]) == ("field", "summary", "missing")
    assert field["says"] == "Fyll ut «Endelig behandling»."
    assert (guard["kind"], guard["name"], guard["guard_kind"]) == ("guard", "every_action_is_settled", "process")
    open_action = numbers["quality", "action", "assigned"]
    assert f"/api/v1/actions/{open_action}/moves/withdraw" in [each["address"] for each in guard["mends"]]
    assert quality.move(numbers["quality", "at_faculty"], "add") == 422
    assert {each["name"] for each in quality.json["reasons"]} >= {"case_is_in_progress", "severity_comes_first"}


def test_a_move_from_elsewhere_is_refused_with_the_state_as_its_reason(full_house, program, numbers):
    quality, number = program("quality_ie"), numbers["quality", "in_progress"]
    before = states(full_house)
    assert quality.move(number, "accept") == 422
    assert [each["kind"] for each in quality.json["reasons"]] == ["state"]
    assert quality.get(f"/cases/{number}/moves/accept") == 422
    assert states(full_house) == before


def test_an_old_version_is_told_where_the_case_stands_now(full_house, program, numbers):
    """F47."""
    quality, number = program("quality_ie"), numbers["quality", "at_faculty"]
    version = stand(full_house, number)[1]
    assert quality.move(number, "accept") == 200
    assert quality.move(number, "note", version=version, comment="Too late.") == 409
    assert quality.json["state"]["name"] == "in_progress"
    assert quality.json["version"] == version + 1 == stand(full_house, number)[1]
    assert quality.move(number, "add", version=version) == 409


def test_anothers_case_is_as_absent_as_one_that_is_not_there(full_house, program, numbers):
    other, told = program("quality_iv"), []
    before = states(full_house)
    for number in (numbers["quality", "at_faculty"], "1999-0001", "\0", "x" * 500, "../cases"):
        for path in (f"/cases/{number}", f"/cases/{number}/moves/accept", f"/cases/{number}/files/1"):
            assert other.get(path) == 404
            told.append(other.json)
        assert other.post(f"/cases/{number}/moves/accept", version=1) == 404
        told.append(other.json)
    assert all(each == told[0] for each in told)
    assert other.get(f"/cases/{numbers['other', 'at_faculty']}/files/{10**30}") == 404
    assert states(full_house) == before


@pytest.mark.parametrize("name", FORGED)
def test_a_field_that_is_not_asked_is_refused(full_house, program, numbers, name):
    quality, number = program("quality_ie"), numbers["quality", "in_progress"]
    before = states(full_house)
    assert quality.move(number, "note", comment="A note.", **{name: "1"}) == 400
    assert quality.json["asked"] == ["comment"]
    assert states(full_house) == before


WRONG = [
    ("assess", {"severity": ["high"]}),
    ("assess", {"severity": True}),
    ("note", {"comment": 5}),
    ("note", {"comment": {"text": "x"}}),
    ("inform", {"recipients": [{}], "message": "x"}),
    ("inform", {"recipients": True, "message": "x"}),
    ("consult", {"comment": "x", "consulted_on": 20301}),
]


@pytest.mark.parametrize(("move", "answers"), WRONG)
def test_an_answer_of_another_kind_is_refused(program, numbers, move, answers):
    state = "at_faculty" if move == "consult" else "in_progress"
    assert program("quality_ie").move(numbers["quality", state], move, **answers) == 400


UNFIT = [
    ("assess", {"severity": "enormous"}, "invalid"),
    ("assess", {"severity": None}, "missing"),
    ("note", {"comment": "x" * 20_001}, "invalid"),
    ("note", {"comment": "\ud800\0\u202e"}, "missing"),
    ("note", {"comment": "Kari er 01010750160"}, "personal_data"),
    ("hand_over", {"new_handler": 10**40}, "invalid"),
    ("hand_over", {"new_handler": "x"}, "invalid"),
    ("move_unit", {"unit": "no_such_unit", "area": "hse"}, "invalid"),
]


@pytest.mark.parametrize(("move", "answers", "reason"), UNFIT)
def test_an_answer_that_can_not_be_kept_is_told_why(program, numbers, move, answers, reason):
    quality = program("quality_ie")
    assert quality.move(numbers["quality", "in_progress"], move, **answers) == 422
    assert reason in {each["reason"] for each in quality.json["reasons"]}
    assert "01010750160" not in quality.answer.text


BODIES = [
    "",
    "{",
    "[]",
    '{"version": 1, "answers": []}',
    '{"version": "1"}',
    '{"version": true}',
    '{"version": 1e400}',
    '{"version": 99999999999}',
    '{"answers": {}}',
    '{"version": 1, "state": "closed"}',
    '{"version": NaN}',
    "version=1",
    "[" * 5_000,
    '{"version":' + "9" * 5_000 + "}",
]


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_is_no_move_is_not_understood(full_house, program, numbers, body):
    quality, before = program("quality_ie"), states(full_house)
    assert quality.send(f"/cases/{numbers['quality', 'in_progress']}/moves/note", body) == 400
    assert quality.answer.mimetype == "application/problem+json"
    assert states(full_house) == before


def test_what_is_too_long_is_not_read(program, numbers):
    quality = program("quality_ie")
    assert quality.send(f"/cases/{numbers['quality', 'in_progress']}/moves/note", "x" * 500_001) == 413


def test_a_move_that_the_access_role_lacks_is_forbidden_and_not_offered(full_house, program, numbers):
    quality, number = program("quality_ie"), numbers["quality", "at_faculty"]
    with session_of(full_house) as session:
        manager = full_house.appbuilder.sm
        manager.del_permission_role(
            manager.find_role("Staff"), manager.find_permission_view_menu("can_accept", "CaseView")
        )
        session.commit()
    assert quality.move(number, "accept") == 403
    quality.get(f"/cases/{number}")
    assert "accept" not in {each["name"] for each in quality.json["moves"]}


def test_the_form_says_what_is_asked_and_what_may_be_answered(program, numbers):
    quality = program("quality_ie")
    assert quality.get(f"/cases/{numbers['quality', 'in_progress']}/moves/assess") == 200
    [severity, *_] = quality.json["fields"]
    assert (severity["name"], severity["required"], severity["value"]) == ("severity", True, "low")
    assert [each["name"] for each in severity["choices"]] == ["low", "medium", "high"]


def test_the_journal_tells_what_its_reader_may_read(program, numbers):
    quality, number = program("quality_ie"), numbers["quality", "with_actions"]
    quality.move(number, "write_to_reporter", conversation="We look into it.")
    quality.get(f"/cases/{number}")
    last = quality.json["journal"][-1]
    assert (last["move"], last["answers"]["conversation"]["value"]) == ("write_to_reporter", "We look into it.")
    assert not [row for row in quality.json["journal"] if "reporter" in row["answers"]]
    assert {row["number"] for row in quality.json["journal"]} >= {number, numbers["quality", "action", "assigned"]}
    assert len(quality.json["parts"]) == 6
    owner = program("head_idi")
    owner.get(f"/cases/{number}")
    assert (owner.json["journal"], owner.json["parts"], owner.json["moves"]) == ([], [], [])
    owner.get(f"/actions/{numbers['quality', 'action', 'assigned']}")
    assert owner.json["handler"] is None
    assert [row["move"] for row in owner.json["journal"]] == ["add"]


REPORT = {"area": "education_quality", "unit": "ie", "tried_first": "tried", "no_personal_data": True}


def test_a_report_that_looks_personal_is_kept_only_when_that_is_meant(full_house, program):
    student, text = program("student_idi"), "Ring meg på 90 12 34 56."
    assert student.post("/cases", answers={**REPORT, "description": text}) == 422
    assert [(each["kind"], each["reason"]) for each in student.json["reasons"]] == [("personal_data", "phone")]
    assert "90 12" not in student.answer.text
    assert student.post("/cases", answers={**REPORT, "description": text}, keep_personal_data=True) == 201
    blocked = {**REPORT, "description": "Hun er 01010750160."}
    assert student.post("/cases", answers=blocked, keep_personal_data=True) == 422
    with session_of(full_house) as session:
        assert session.scalar(select(Case).where(Case.number == "x")) is None


def test_a_report_that_belongs_elsewhere_is_refused_with_the_way_there(full_house, program):
    student, before = program("student_idi"), states(full_house)
    assert student.post("/cases", answers={**REPORT, "area": "whistleblowing", "description": "Hemmelig."}) == 422
    assert "Bruk varslingskanalen" in student.json["detail"]
    assert states(full_house) == before


def test_nobody_reports_in_anothers_name(full_house, program):
    student = program("student_idi")
    given = {**REPORT, "description": "Noe."}
    assert student.post("/cases", answers={**given, "reporter": 1}) == 400
    assert student.post("/cases", answers=given, transition="forward") == 403
    assert student.post("/cases", answers=given, transition="submit") == 201
    with session_of(full_house) as session:
        case = session.scalar(select(Case).where(Case.number == student.json["number"]))
        assert case.reporter.name == "student_idi"
        assert case.handler.startswith("intake:")


def test_too_many_reports_are_stopped(full_house, tmp_path):
    url = full_house.config["DATABASE_URL"]
    student = Program(make_app(url, tmp_path, RATELIMIT_ENABLED=True, SUBMIT_LIMIT="1 per hour"), "student_idi")
    given = {**REPORT, "description": "Noe."}
    assert [student.post("/cases", answers=given) for _ in range(2)] == [201, 429]
    assert student.get("/routine") == 200


@pytest.mark.parametrize(("version", "status"), [(2**31 - 2, 409), (2**31 - 1, 400)])
def test_no_version_is_too_big_for_a_database(house, version, status):
    student, desk = Program(house, "student_idi"), Program(house, "desk")
    assert student.post("/cases", answers={**REPORT, "description": "Noe."}) == 201
    assert desk.move(student.json["number"], "note", version=version, comment="A \0 note.") == status
    assert desk.get("/cases", q="\U0001f600\0") == 200
    assert desk.get("/cases/%00") == 404
