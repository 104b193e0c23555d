"""Questions of every kind: asked, refused, shown and found, and who has opened a case."""

import re
from io import BytesIO

import pytest
from sqlalchemy import select

from model import Case, CaseReading, StoredFile
from tests.house import Person, cases, session_of

GIVEN = {
    "seen_at": " Rom  12 ",
    "seen_time": "13:30",
    "patience": "3 arbeidsdager",
    "cost": "12,5",
    "cause": "training",
    "places": ["ie", "iv"],
    "watchers": "a@b.example, c@d.example",
}
PLACE = {"unit": "ie", "area": "education_quality"}
SHOWN = {
    "Sted": "Rom 12",
    "Klokkeslett": "13:30",
    "Tid": "3 arbeidsdager",
    "Kostnad": "12,5",
    "Årsak": "Opplæring",
    "Bivånere": "a@b.example, c@d.example",
}


def faults(person):
    """What the page says is wrong, field by field."""
    return re.findall(r'ds-validation-message" id="([^"]+)-e">([^<]*)', person.text)


def answers_of(kinds, number):
    with session_of(kinds) as session:
        return dict(session.scalar(select(Case.answers).where(Case.number == number)))


@pytest.fixture
def reported(come, kinds):
    """Three cases that visitors reported, by their numbers."""
    visitor = come()
    for _ in range(3):
        visitor.report(**GIVEN)
        assert visitor.status == 303, faults(visitor)
    return list(cases(kinds))


def test_every_kind_of_answer_is_kept_and_shown(reported, come, kinds):
    desk = come("desk")
    desk.get(f"/cases/{reported[0]}")
    shown = dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", desk.text))
    assert shown.items() >= SHOWN.items()
    (first,) = re.findall(r"<li><b>Meld avvik</b>.*?</li>", desk.text)
    assert "Rom 12" not in first, "the timeline's line stays short"
    kept = answers_of(kinds, reported[0])
    assert kept["patience"] == "3 working days"
    assert kept["cost"] == "12.5"
    assert re.fullmatch(r"[a-z]+-[a-z]+", kept["alias"])
    assert kept["alias"] in desk.text


def test_a_form_shows_what_was_answered_before(reported, come):
    desk = come("desk")
    desk.get(f"/cases/{reported[0]}/forward")
    for name, value in (
        ("seen_at", "Rom 12"),
        ("seen_time", "13:30"),
        ("patience", "3 arbeidsdager"),
        ("cost", "12.5"),
    ):
        assert re.search(rf'name="{name}" value="{value}"', desk.text), name
    assert re.search(r'name="watchers" value="a@b.example, c@d.example"', desk.text)
    assert re.search(r'value="training" checked', desk.text)


def test_a_case_is_named_by_its_number_and_becomes_a_link_both_ways(reported, come):
    one, two, three = reported
    desk = come("desk")
    desk.get(f"/cases/{one}/forward")
    assert re.search(rf'<datalist id="umbrella-l">.*<option value="{two}">Referansegruppa', desk.text)
    assert f'<option value="{one}">' not in desk.text
    unlike = {"2020-0001", one, "tull"}
    told = {
        each: faults(desk) for each in unlike if desk.post(f"/cases/{one}/forward", umbrella=each).status_code == 400
    }
    assert set(told) == unlike
    assert told["2020-0001"] == told["tull"] != told[one]
    desk.move(one, "forward", **PLACE, umbrella=two, repeats=f"{two}, {three}")
    assert desk.status == 302, faults(desk)
    desk.get(f"/cases/{one}")
    assert f'<a class="ds-link" href="/cases/{three}">' in desk.text
    desk.get(f"/cases/{three}")
    assert f'<a class="ds-link" href="/cases/{one}">' in desk.text
    contact = come("quality_ie")
    contact.get(f"/cases/{one}")
    assert contact.status == 200
    assert f'<li data-joined="{three}">Sak {three}</li>' in contact.text, "a number where the case isn't theirs"
    assert f'href="/cases/{three}"' not in contact.text


def test_a_visitor_learns_nothing_by_naming_cases(reported, come):
    visitor = come()
    told = []
    for number in (reported[0], "2020-0001"):
        visitor.report(repeats=number)
        assert visitor.status == 400
        told.append(faults(visitor))
    assert told[0] == told[1]
    assert '<datalist id="repeats-l"' not in visitor.text


def test_former_answers_are_for_those_whom_the_history_names(reported, come):
    desk, contact = come("desk"), come("quality_ie")
    desk.move(reported[0], "forward", **PLACE, seen_at="Rom 3", umbrella="")
    assert desk.status == 302, faults(desk)
    desk.get(f"/cases/{reported[0]}")
    assert "Tidligere svar" in desk.text
    assert "Rom 12" in desk.text
    contact.get(f"/cases/{reported[0]}")
    assert "Rom 3" in contact.text
    assert "Rom 12" not in contact.text
    assert "Tidligere svar" not in contact.text


def test_a_file_that_was_replaced_belongs_to_the_history(reported, come, kinds):
    desk, contact = come("desk"), come("quality_ie")
    desk.get(f"/cases/{reported[0]}/forward")
    desk.post(
        f"/cases/{reported[0]}/forward",
        papers=[(BytesIO(b"%PDF-1.4\n"), "one.pdf")],
        unit="ie",
        area="education_quality",
    )
    assert desk.status == 302, faults(desk)
    with session_of(kinds) as session:
        which = session.scalar(select(StoredFile.id))
        case = session.scalar(select(Case).where(Case.number == reported[0]))
        case.answers = {**case.answers, "papers": []}
        session.commit()
    assert desk.get(f"/cases/{reported[0]}/file/{which}").status_code == 200
    assert contact.get(f"/cases/{reported[0]}/file/{which}").status_code == 404


def test_a_case_is_found_by_its_code_name_and_place(reported, come, kinds):
    desk, contact = come("desk"), come("quality_ie")
    alias = answers_of(kinds, reported[0])["alias"]
    desk.get(f"/cases/?tab=all&q={alias}")
    assert reported[0] in desk.text
    assert reported[1] not in desk.text
    desk.get("/cases/?tab=all&q=Rom+12")
    assert all(number in desk.text for number in reported)
    contact.get(f"/cases/?tab=all&q={alias}")
    assert reported[0] not in contact.text


def test_the_reporter_reads_the_short_answers_that_name_them(reported, come):
    desk, visitor = come("desk"), come()
    visitor.report(**GIVEN)
    link = visitor.page.location.replace("/receipt/", "/follow/")
    number = max(each for each in re.findall(r"2\d{3}-\d{4}", visitor.follow().get_data(as_text=True)))
    desk.move(number, "forward", **PLACE, seen_at="Rom 3", umbrella=reported[0], patience="2 uker", cost="735917")
    assert desk.status == 302, faults(desk)
    visitor.get(link)
    assert visitor.status == 200
    assert all(each in visitor.text for each in ("Rom 3", reported[0], "2 uker"))
    assert "735917" not in visitor.text.replace(reported[0], "")
    assert f"/cases/{reported[0]}" not in visitor.text


def test_who_opens_a_case_is_noted_once_an_hour_and_read_by_those_who_may(reported, come, kinds):
    desk, contact = come("desk"), come("quality_ie")
    for _ in range(2):
        assert desk.get(f"/cases/{reported[0]}").status_code == 200
    assert "Hvem som har åpnet saken" in desk.text
    assert contact.get(f"/cases/{reported[0]}").status_code == 404
    desk.move(reported[0], "forward", **PLACE)
    assert contact.get(f"/cases/{reported[0]}").status_code == 200
    assert "Hvem som har åpnet saken" not in contact.text
    with session_of(kinds) as session:
        rows = session.scalars(select(CaseReading).order_by(CaseReading.id)).all()
        assert [(row.person.name, row.subject.number, row.what) for row in rows] == [
            ("desk", reported[0], "page"),
            ("quality_ie", reported[0], "page"),
        ]


def test_where_the_routine_keeps_no_log_opening_a_case_writes_nothing(small_house):
    Person(small_house).report()
    desk = Person(small_house, "desk")
    number = next(iter(cases(small_house)))
    assert desk.get(f"/cases/{number}").status_code == 200
    assert "Hvem som har åpnet saken" not in desk.text
    with session_of(small_house) as session:
        assert session.scalar(select(CaseReading.id)) is None
