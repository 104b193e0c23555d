"""The stories that each institution's routine was written after, walked on pages by its own people."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.routines.institution import Institution, letter

RED = {"area": "red", "unit": "hf", "reporter_kind": "student", "description": "The supervisor threatens to fail us."}
COMPLAINT = {
    "area": "service",
    "unit": "physics",
    "description": "The help desk lost my papers.",
    "wanted_resolution": "Find them.",
    "tried_first": "tried",
}
BEAM = {
    "area": "product",
    "unit": "plant",
    "severity": "major",
    "description": "A beam has cracked along the weld.",
    "containment": "Set aside and marked",
}
WHYS = {f"why_{n}": f"Because {n}" for n in range(1, 6)}


def day(away):
    """A day so many days from now."""
    return (datetime.now(UTC) + timedelta(days=away)).date().isoformat()


@pytest.fixture
def uio(tmp_path):
    return Institution("uio-si-fra", tmp_path)


@pytest.fixture
def warwick(tmp_path):
    return Institution("warwick", tmp_path)


@pytest.fixture
def factory(tmp_path):
    return Institution("fort-homes-capa", tmp_path)


def test_a_red_case_goes_from_the_reception_to_the_dean_and_to_whom_the_dean_delegates(uio):
    """Stories 1, 2 and 6."""
    red = uio.submits("stud", **RED)
    uio.mailed()
    uio.does("archive", red, "file", unit="hf")
    told, words = uio.mailed()
    assert told == {(who, "red_arrived") for who in ("hfc", "hfs", "hfd", "rev")}
    assert red in words
    assert "threatens" not in words
    seen = {who for who in ("hfc", "hfs", "hfd", "rev", "mnc", "lecturer", "archive") if uio.reads(who, red)}
    assert seen == {"hfc", "hfs", "hfd", "rev"}
    assert red not in uio.person("mnc").get("/cases/?tab=all").get_data(as_text=True)

    early = uio.submits("stud", **RED)
    uio.does("archive", early, "file", unit="hf")
    uio.does("hfc", early, "answer", letter=letter())
    uio.mailed()
    uio.passes(early, days=9)
    assert not uio.mailed()[0]
    uio.passes(red, days=9)
    assert uio.mailed()[0] == {(who, "reminder") for who in ("hfc", "hfs", "hfd", "rev")}
    overdue = uio.person("rev").get("/reports/overdue").get_data(as_text=True)
    assert red in overdue
    assert early not in overdue

    uio.does("hfc", red, "decide_level", level="faculty", unit="hf")
    uio.does("hfd", red, "delegate", new_handler=uio.id_of("head"))
    assert "conclude" in uio.offers("head", red)
    assert "Instituttleder ILN" in uio.reads("hfd", red)
    uio.does("head", red, "hear", subject="lecturer@uni.example", accusation="Somebody says that you threaten.")
    page = uio.reads("lecturer", red)
    assert "Somebody says that you threaten." in page, "whoever is heard reads what it is about"
    assert "to fail us" not in page
    assert "Student ILN" not in page
    uio.mailed()
    uio.does("head", red, "conclude", letter=letter(), summary="The group has another supervisor.")
    uio.does("head", red, "close", result="It is well.")
    told, _ = uio.mailed()
    assert {("stud", "case_closed"), ("hfd", "case_closed")} <= told


def test_yellow_green_and_a_letter_without_a_name(uio):
    """Stories 3, 4 and 5."""
    yellow = uio.submits("stud", **{**RED, "area": "yellow", "description": "The reading room is cold."})
    assert {who for who in ("hfc", "hfs", "hfd", "rev", "mnc") if uio.reads(who, yellow)} == {"hfc"}
    uio.mailed()
    uio.passes(yellow, days=23)
    assert uio.mailed()[0] == {("hfc", "reminder")}

    praise = "The lectures are the best I have been to."
    green = uio.submits("stud", area="green", unit="hf", subject="lecturer@uni.example", description=praise)
    told, words = uio.mailed()
    assert told == {("stud", "receipt"), ("lecturer", "praise"), ("head", "praise")}
    assert praise in words
    assert uio.state(green) == "told"
    yearly = uio.person("lmu").get("/reports/yearly").get_data(as_text=True)
    assert "hvert tall ville fortalt om enkeltsaker" in yearly, "counted, and hidden since they are so few"

    archive = uio.person("archive")
    page = archive.get("/?way=register").get_data(as_text=True)
    assert 'name="reporter"' in page, "whoever registers is asked for whom"
    assert "archive@uni.example" not in page
    unnamed = uio.submits("archive", "register", channel="letter", area="red", unit="hf", description="Threats.")
    assert re.search(r"\w{4}-\w{4}-\w{4}-\w{4}", archive.text), "the code to be printed"
    assert not uio.mailed()[0]
    assert "Vis hvem som meldte" not in uio.reads("archive", unnamed)
    uio.does("archive", unnamed, "file", unit="hf")
    assert "decide_level" in uio.offers("hfs", unnamed)


def at_stage_2_reply(place):
    number = place.submits("student", **COMPLAINT, became_apparent_on=day(-10))
    place.does("front", number, "reply_1", outcome="not_upheld", letter=letter())
    given = {"why_unhappy": "They are still lost.", "wanted_resolution": "Pay for new ones."}
    assert place.answers("student", number, "ask_for_stage_2", **given) == 303
    assert place.refuses("team", number, "allocate", unit="physics", new_handler=place.id_of("front"))
    place.does("team", number, "allocate", unit="physics", new_handler=place.id_of("inv"))
    return number


def test_a_complaint_in_three_stages_is_never_looked_at_twice_by_the_same(warwick):
    """Stories 2, 3, 4 and 5."""
    number = at_stage_2_reply(warwick)
    page = warwick.reads("inv", number)
    assert "Find them." in page, "what was reported is read as question and answer"
    warwick.mailed()
    later = day(80)
    assert warwick.refuses("inv", number, "extend", promised_on=later)
    warwick.does("inv", number, "extend", promised_on=later, reason="A witness is away.")
    assert warwick.mailed()[0] == {("student", "extended")}
    assert "A witness is away." in warwick.follows("student", number)[1]
    extended = warwick.person("team").get("/reports/yearly").get_data(as_text=True)
    assert 'data-label="Extended">1<' in extended

    warwick.does("inv", number, "reply_2", outcome="partly", letter=letter())
    assert warwick.answers("student", number, "ask_for_stage_3", why_unhappy="Too little.") == 400
    grounds = ["irregularity", "new_evidence"]
    assert warwick.answers("student", number, "ask_for_stage_3", why_unhappy="Too little.", grounds=grounds) == 303
    assert warwick.refuses("prov", number, "accept_grounds", reviewer=warwick.id_of("phys_prof"))
    warwick.does("team", number, "send_back_to_stage_2", comment="See the new report.")
    assert warwick.state(number) == "stage_2"
    assert "reply_2" in warwick.offers("inv", number)

    warwick.does("inv", number, "reply_2", outcome="not_upheld", letter=letter())
    warwick.answers("student", number, "ask_for_stage_3", why_unhappy="Still too little.", grounds=grounds)
    warwick.does("prov", number, "refuse_grounds", reason="No new matter.")
    assert warwick.refuses("team", number, "send_completion_letter", external="esfa")
    warwick.does("team", number, "send_completion_letter", external="oia")
    address, page = warwick.follows("student", number)
    assert "Office of the Independent Adjudicator" in page
    (kept,) = re.findall(rf'href="({address}/letter/\d+)"', page)
    assert "Dear complainant" in warwick.person("student").get(kept).get_data(as_text=True)


def test_the_window_closes_and_a_late_request_goes_to_the_registrar(warwick):
    """Stories 1 and 6."""
    number = warwick.submits("student", **COMPLAINT, became_apparent_on=day(-10))
    warwick.does("front", number, "reply_1", outcome="not_upheld", letter=letter())
    assert "Take it to stage 2" in warwick.follows("student", number)[1]
    warwick.passes(number, days=30)
    page = warwick.follows("student", number)[1]
    assert "Take it to stage 2" not in page
    warwick.mailed()
    late = {"late_reason": "I was in hospital.", "evidence": letter("note.pdf")}
    assert warwick.answers("student", number, "ask_late", **late) == 303
    assert warwick.mailed()[0] == {("registrar", "late_request")}
    warwick.does("registrar", number, "accept_late_2")
    assert warwick.state(number) == "stage_2_asked"

    student = warwick.person("student")
    acted = {**COMPLAINT, "became_apparent_on": day(-10), "representative": "rep@firm.example"}
    student.get("/")
    assert student.post("/", **acted).status_code == 400
    assert 'name="consent"' in student.text
    warwick.submits("student", **acted, consent=letter("consent.pdf"))
    _, words = warwick.mailed()
    assert "complaint" in words


def test_a_nonconformance_is_contained_signed_for_and_watched_for_thirty_days(factory):
    """Stories 1 to 5."""
    employee = factory.person("employee_1")
    employee.get("/?way=open")
    assert employee.post("/", **{**BEAM, "containment": ""}).status_code == 400
    beam = factory.submits("employee_1", "open", **BEAM)
    assert {("sup", "ncr_opened"), ("qm", "ncr_opened")} <= factory.mailed()[0]
    page = factory.reads("sup", beam)
    assert "<b>Immediate containment</b></p><p>Set aside and marked</p>" in page
    assert "Severity</dt><dd>Major</dd>" in page
    factory.does("sup", beam, "sign_containment")
    factory.does("qm", beam, "propose", disposition="return_to_supplier", new_handler=factory.id_of("mgr"))
    factory.does("qm", beam, "approve_disposition")
    assert factory.state(beam) == "disposition"
    factory.does("fin", beam, "object", comment="Too dear.")
    factory.does("qm", beam, "propose", disposition="rework", new_handler=factory.id_of("mgr"))
    factory.does("qm", beam, "approve_disposition")
    assert factory.state(beam) == "root_cause"
    factory.mailed()
    factory.passes(beam, days=7)
    assert {("mgr", "reminder"), ("qm", "reminder")} <= factory.mailed()[0]

    for again in (1, 2):
        factory.does("mgr", beam, "find_cause", **WHYS, cause="method")
        soon = day(9)
        what = {"description": "Train the welders.", "owner": factory.id_of("employee_1"), "due_on": soon}
        factory.does("mgr", beam, "add", **what)
        factory.does("qm", beam, "approve_plan")
        factory.does("employee_1", f"{beam}-{again}", "complete", "actions", result="Trained.")
        assert factory.state(beam) == "monitoring"
        page = factory.reads("qm", beam)
        assert "Monitor for thirty days, until" in page
        assert "{due watch}" not in page + factory.person("qm").get("/cases/?tab=all").get_data(as_text=True)
        assert "close" not in factory.offers("qm", beam)
        factory.mailed()
        factory.passes(beam, days=32)
        assert ("qm", "reminder") in factory.mailed()[0]
        assert {"close", "not_effective"} <= factory.offers("qm", beam)
        if again == 1:
            factory.does("qm", beam, "not_effective", effect="Two new cracks.")
            assert "Because 5" in factory.reads("mgr", beam), "the first round is kept"
    factory.does("qm", beam, "close", effect="None since.", lessons="Heat the hall.", summary="Done.")
    assert factory.state(beam) == "closed"


def test_a_customer_is_answered_within_a_day_and_a_plan_that_changes_the_system_is_approved_by_two(factory):
    """Story 6, and whom the plan waits for."""
    late = factory.submits("employee_1", "open", **{**BEAM, "area": "customer_complaint", "severity": "minor"})
    factory.mailed()
    factory.passes(late, hours=25)
    assert factory.mailed()[0] == {("sup", "reminder"), ("qm", "reminder")}
    factory.does("sup", late, "first_contact", message="We called.")
    factory.does("sup", late, "sign_containment")
    factory.does("qm", late, "propose", disposition="rework", new_handler=factory.id_of("mgr"))
    factory.does("qm", late, "approve_disposition")
    factory.does("mgr", late, "find_cause", **WHYS, cause="people")
    what = {"description": "Write a rule.", "owner": factory.id_of("sup"), "due_on": "2100-01-04"}
    factory.does("mgr", late, "add", **what)
    factory.does("qm", late, "approve_plan", system_change="y")
    page = factory.reads("qm", late)
    assert "Waits for Executive: Executive." in page
    assert "approve_plan." not in page, "no page names a move as the file does"
    assert re.search(
        r'name="system_change"[^>]* checked', factory.person("exec").get(f"/cases/{late}/approve_plan").text
    )
    factory.does("exec", late, "approve_plan", system_change="y")
    assert factory.state(late) == "implementing"
