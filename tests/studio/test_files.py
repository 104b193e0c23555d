import csv
import io

import pytest
import yaml
from sqlalchemy import select

from app.change import drafts
from model import Area, Assignment, Case, MailText, Person, Role, RoutingRow, Unit, WorkflowEdition
from tests.house import session_of
from tests.studio.forms import drafted, journal
from tests.web.english import English

TABLES = ("unit", "area", "role", "person", "assignment", "routing", "mail", "calendar")
NAMES = ("configuration.yaml", *(f"{table}.{kind}" for table in TABLES for kind in ("csv", "yaml")))
TEXT = {"nb": "A", "nn": "A", "en": "A"}


@pytest.fixture
def admin(small_house):
    return English(small_house, "admin")


def fetch(admin, name):
    answer = admin.get(f"/studio/files/{name}")
    assert answer.status_code == 200, name
    assert f'filename="{name}"' in answer.headers["Content-Disposition"]
    return answer.get_data()


def take(admin, data, name="file.yaml", table=""):
    admin.get("/studio/files/")
    file = (io.BytesIO(data if isinstance(data, bytes) else data.encode()), name)
    admin.page = admin.client.post("/studio/files/", data={**admin.hidden(), "file": file, "table": table})
    return admin.page


def odd_rows(app):
    """Rows as a studio's years make them: retired ones, gaps in the order, and people without a name."""
    with session_of(app) as session:
        unit = session.scalar(select(Unit).where(Unit.name == "imf"))
        unit.retired = True
        session.add(Unit(name="beneath", label=TEXT, parent=unit, position=0))
        session.add(Unit(name="late", label=TEXT, position=900))
        session.scalar(select(Area).where(Area.name == "other")).retired = True
        session.scalar(select(Area).where(Area.name == "hse")).position = 50
        session.add(Role(name="former", label=TEXT, retired=True))
        nameless = Person(label="Nameless", mail="no@name.example", unit=unit)
        dean = session.scalar(select(Role).where(Role.name == "dean"))
        session.add(Assignment(person=nameless, role=dean, unit=unit))
        session.add(Assignment(person=nameless, role=dean, unit=session.scalar(select(Unit).where(Unit.name == "ie"))))
        session.scalar(select(Person).where(Person.name == "desk")).unit = unit
        for row in session.scalars(select(RoutingRow)):
            row.position *= 10
        risky = dict.fromkeys(TEXT, "=1+1\n+2 'x' @y\n-z; {number}, \"q\"")
        session.add(MailText(name="risky", subject=dict.fromkeys(TEXT, "'=quoted"), body=risky, letter=True))
        session.commit()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("odd", [False, True], ids=["fresh", "odd"])
def test_what_is_fetched_and_taken_in_again_changes_nothing(small_house, admin, name, odd):
    if odd:
        odd_rows(small_house)
    answer = take(admin, fetch(admin, name), name, name.partition(".")[0])
    assert answer.status_code == 302, admin.text
    assert "Nothing was changed" in admin.follow().get_data(as_text=True), drafted(small_house)
    assert drafted(small_house) == []
    with session_of(small_house) as session:
        assert drafts.open_draft(session) is None


def test_a_sheet_joins_the_draft_as_adds_changes_and_removals_and_nothing_is_live(small_house, admin):
    rows = list(csv.reader(io.StringIO(fetch(admin, "mail.csv").decode("utf-8-sig")), delimiter=";"))
    heads, first, second, *others = rows
    changed = [first[0], "New subject", *first[2:]]
    added = ["brand_new", *second[1:]]
    out = io.StringIO()
    csv.writer(out, delimiter=",").writerows([heads, changed, *others, added])
    assert take(admin, out.getvalue(), "mails.csv", "mail").status_code == 302, admin.text
    found = {(key, operation): values for _, key, operation, values in drafted(small_house)}
    assert set(found) == {(first[0], "change"), (second[0], "remove"), ("brand_new", "add")}
    assert list(found[first[0], "change"]) == ["subject"]
    assert journal(small_house) == []
    with session_of(small_house) as session:
        assert session.scalar(select(MailText).where(MailText.name == "brand_new")) is None


def test_a_part_of_the_organisation_is_taken_in_and_what_cases_use_is_retired(small_house, admin):
    text = fetch(admin, "role.yaml").decode().replace("  dean:", "  principal:")
    assert take(admin, text).status_code == 200
    assert "dean" in admin.text
    whole = {}
    for table in ("unit", "assignment", "person"):
        whole |= yaml.load(fetch(admin, f"{table}.yaml"), Loader=yaml.CBaseLoader)  # noqa: S506 - text only
    del whole["units"]["iba"]
    whole["assignments"] = [row for row in whole["assignments"] if row["unit"] != "iba"]
    for person in whole["people"].values():
        person["unit"] = "nv" if person.get("unit") == "iba" else person.get("unit", "ntnu")
    with session_of(small_house) as session:
        edition = session.scalar(select(WorkflowEdition))
        moment = edition.published_at
        unit = session.scalar(select(Unit).where(Unit.name == "iba"))
        kept = {"flow": "case", "state": "received", "submitted_at": moment, "changed_at": moment}
        session.add(Case(number="2026-9", unit=unit, edition_id=edition.id, **kept))
        session.commit()
    assert take(admin, yaml.safe_dump(whole, sort_keys=False)).status_code == 302, admin.text
    found = {(table, key, operation): values for table, key, operation, values in drafted(small_house)}
    assert found["unit", "iba", "change"] == {"retired": True}
    assert {table for table, *_ in found} == {"unit", "assignment", "person"}


def test_people_and_their_functions_are_new_in_one_file(small_house, admin):
    people = fetch(admin, "person.yaml").decode() + "  fresh: {name: Fresh, mail: fresh@x.example, unit: ie}\n"
    posts = fetch(admin, "assignment.yaml").decode() + "- {person: fresh, role: dean, unit: hf, deputy: true}\n"
    assert take(admin, people + posts).status_code == 302, admin.text
    assert {(table, operation) for table, _, operation, _ in drafted(small_house)} == {
        ("person", "add"),
        ("assignment", "add"),
    }
    page = admin.get("/studio/changes/").get_data(as_text=True)
    assert "Fresh" in page


@pytest.mark.parametrize(
    ("data", "name", "table", "told"),
    [
        ("roles:\n  dean: {label: {nb: A, nn: A}}\n  boss: {lable: {}}\n", "a.yaml", "", "<b>3:10</b>"),
        ("roles: [\n", "a.yaml", "", "<b>2:1</b>"),
        ("rolls: {}\n", "a.yaml", "", "Did you mean"),
        ("roles:\n\t- x\n", "a.yaml", "", "<b>2:1</b>"),
        ("", "a.yaml", "", "empty"),
        ("roles: &x {a: *x}", "a.yaml", "", "<b>1:"),
        (b"roles:\n  dean: {label: \xe6}\n", "a.yaml", "", "<b>2:17</b>"),
        (b"\xff\xfe\x00", "a.yaml", "", "UTF-8"),
        ("[" * 5000, "a.yaml", "", "<b>1:"),
        (b"x" * 900_001, "a.yaml", "", "larger than"),
        ("workflow: |\n  title: x\n", "a.yaml", "", "<b>2:"),
        ("workflow: [[[[\n", "a.yaml", "", "is a text"),
        ("workflow: |\n  x: [\ndata: |\n  roles: {}\n", "a.yaml", "", "<b>3:3</b>"),
        ("data: |\n  rolls: {}\n", "a.yaml", "", "<b>2:3</b>"),
        ("data: |\n  roles: {}\ndata: |\n  roles: {}\n", "a.yaml", "", "twice"),
        ("scenarios: |\n  - [\nnothing: |\n  x\n", "a.yaml", "", "unknown text"),
        ("key;label.nb;label.nn;label.en\nBig;a;a;a\n", "a.csv", "role", "<b>2:1</b>"),
        ("key;label.nb;label.nn;label.en\nbig;a;a;\n", "a.csv", "role", "<b>2:"),
        ("key;lable.nb\nbig;a\n", "a.csv", "role", "<b>1:2</b>"),
        ("label.nb\na\n", "a.csv", "role", "key"),
        ("key;label.nb;label.nb\n", "a.csv", "role", "<b>1:3</b>"),
        ("person;role;unit\ndesk;dean;nowhere\n", "a.csv", "assignment", "<b>2:3</b>"),
        ("when;to\narea: [hse;intake\n", "a.csv", "routing", "<b>2:1</b>"),
        ('key;label.nb\n"open', "a.csv", "role", "sheet"),
        ("a\0b", "a.csv", "role", "<b>1:1</b>"),
        ("", "a.csv", "role", "key"),
        ("key;label.nb\n", "a.csv", "", "which table"),
        ("key;label.nb\n", "a.csv", "nothing", "which table"),
        ("{}", "", "", "Choose a file"),
    ],
)
def test_a_file_that_can_not_be_used_says_where_and_changes_nothing(small_house, admin, data, name, table, told):
    answer = take(admin, data, name, table)
    assert answer.status_code == 200
    assert told in admin.text, admin.text[admin.text.find("ds-error-summary") :][:1500]
    assert drafted(small_house) == []


def test_no_cell_of_a_sheet_is_run_as_a_formula(small_house, admin):
    odd_rows(small_house)
    for table in TABLES:
        for row in csv.reader(io.StringIO(fetch(admin, f"{table}.csv").decode("utf-8-sig")), delimiter=";"):
            assert not [cell for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))], (table, row)


def test_all_of_the_configuration_is_one_file_that_joins_the_draft(small_house, admin):
    text = fetch(admin, "configuration.yaml").decode()
    for part in ("workflow: |2+", "data: |2+"):
        assert part in text
    changed = text.replace("  title: {nb: Avvik i utdanning,", "  title: {nb: Avvik i all utdanning,", 1)
    assert changed != text
    assert take(admin, changed + "scenarios: |\n  now: 2024-03-04 09:00\n  scenarios: []\n").status_code == 302
    with session_of(small_house) as session:
        draft = drafts.open_draft(session)
        assert "Avvik i all utdanning" in draft.text
        assert draft.scenarios == "now: 2024-03-04 09:00\nscenarios: []\n"
        assert draft.changes == []
        assert "Avvik i all" not in session.scalar(select(WorkflowEdition.text))


@pytest.mark.parametrize("name", ["", "unit.xlsx", "user.csv", "configuration.csv", "..%2Fx.yaml", "unit"])
def test_there_are_no_other_files(admin, name):
    assert admin.get(f"/studio/files/{name}").status_code == (200 if not name else 404)
