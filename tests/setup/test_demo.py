import shutil
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask_appbuilder.security.sqla.models import PermissionView, Role, User, assoc_permissionview_role
from sqlalchemy import create_engine, func, select
from werkzeug.security import check_password_hash

from app import create_app
from app.setup.accounts import DEMO_PASSWORD
from app.setup.demo import Start, Unusable, seed
from app.web.database import db
from app.web.roles import sync_roles
from model import (
    Base,
    Clock,
    ConfigurationVersion,
    LastCheck,
    OutgoingMail,
    Person,
    StuckCase,
    Subject,
    WorkflowEdition,
)
from tests.setup.conftest import NTNU, ROOT

OWN = {"ResetMyPasswordView", "UserInfoEditView"}
WORK = {"CaseView", "ActionView", "ReportView", "HeldView", "Cases", "Actions", "Reports"}
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
START = Start(NTNU, ROOT / "workflow.yaml", demo=True)


def make_app(folder):
    return create_app(
        {
            "DATABASE_URL": f"sqlite:///{folder / 'test.db'}",
            "VAR": folder,
            "WORKER": "off",
            "TESTING": True,
            "UPDATE_PERMISSIONS": True,
        }
    )


@pytest.fixture
def flask_app(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'test.db'}")
    Base.metadata.create_all(engine)
    engine.dispose()
    return make_app(tmp_path)


@pytest.fixture
def context(flask_app):
    with flask_app.app_context():
        yield flask_app


@pytest.fixture(scope="session")
def demo_database(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    engine = create_engine(f"sqlite:///{folder / 'test.db'}")
    Base.metadata.create_all(engine)
    engine.dispose()
    app = make_app(folder)
    with app.app_context():
        start(app)
        db.session.remove()
        db.engine.dispose()
    return folder / "test.db"


@pytest.fixture
def started(demo_database, tmp_path):
    shutil.copy(demo_database, tmp_path)
    app = make_app(tmp_path)
    with app.app_context():
        yield app


def start(app, start=START):
    done = seed(db.session(), app.appbuilder, start, NOW)
    db.session.commit()
    return done


def account(name):
    return db.session.scalar(select(User).where(User.username == name))


def rows():
    tables = (User, Role, Person, PermissionView, WorkflowEdition)
    granted = db.session.scalar(select(func.count()).select_from(assoc_permissionview_role))
    version = db.session.scalar(select(ConfigurationVersion.version))
    return [db.session.scalar(select(func.count()).select_from(table)) for table in tables] + [granted, version]


def test_everybody_in_the_demo_can_log_in_and_nobody_else_has_their_screens(started):
    people = set(db.session.scalars(select(Person.name)))
    assert people == set(db.session.scalars(select(User.username)))
    assert check_password_hash(account("quality_ie").password, DEMO_PASSWORD)
    assert [role.name for role in account("quality_ie").roles] == ["Staff"]
    assert [role.name for role in account("student_idi").roles] == ["Reporter"]
    assert [role.name for role in account("admin").roles] == ["Admin"]
    assert account("desk").person.label == "Studentservice"


def test_starting_twice_changes_nothing(context):
    assert start(context)
    before = rows()
    assert start(context) == []
    assert rows() == before


def test_the_routine_is_edition_one(started):
    edition = db.session.scalar(select(WorkflowEdition))
    assert edition.number == 1
    assert edition.text == (ROOT / "workflow.yaml").read_text(encoding="utf-8")
    assert edition.published_at == NOW
    assert edition.reason == "Rutinen som fulgte med installasjonen."
    assert edition.scenarios == NTNU.with_name("scenarios.yaml").read_text(encoding="utf-8")


def test_a_routine_may_come_without_scenarios(context, tmp_path):
    shutil.copy(NTNU, tmp_path / "data.yaml")
    start(context, replace(START, organisation=tmp_path / "data.yaml"))
    assert db.session.scalar(select(WorkflowEdition.scenarios)) == ""


def test_the_demo_has_been_looked_over(started):
    assert db.session.get_one(LastCheck, "radar").at == NOW
    assert db.session.scalars(select(StuckCase)).all() == []


def test_a_changed_password_and_a_changed_unit_are_left_alone(started):
    account("desk").password = "chosen"
    db.session.scalar(select(Person).where(Person.name == "desk")).label = "Infosenteret"
    db.session.commit()
    start(started)
    assert account("desk").password == "chosen"
    assert account("desk").person.label == "Infosenteret"


def test_outside_the_demo_only_admin_gets_an_account_and_only_with_a_password(context):
    start(context, replace(START, demo=False))
    assert db.session.scalar(select(func.count()).select_from(User)) == 0
    given = replace(START, demo=False, admin_password="long and secret", admin_mail="drift@ntnu.example")
    assert start(context, given) == ["account admin"]
    assert db.session.scalars(select(User.username)).all() == ["admin"]
    assert check_password_hash(account("admin").password, "long and secret")
    assert account("admin").person.name == "admin"
    assert start(context, given) == []


def test_a_routine_with_faults_is_refused_with_their_places(context, tmp_path):
    wrong = tmp_path / "workflow.yaml"
    wrong.write_text("flows: {}\n")
    with pytest.raises(Unusable, match=r"workflow\.yaml:1:"):
        start(context, replace(START, workflow=wrong))


def test_grants_an_admin_adds_stay_and_missing_ones_return(started):
    reporter = db.session.scalar(select(Role).where(Role.name == "Reporter"))
    staff = db.session.scalar(select(Role).where(Role.name == "Staff"))
    extra = db.session.scalar(
        select(PermissionView).where(PermissionView.id.not_in([p.id for p in reporter.permissions]))
    )
    reporter.permissions.append(extra)
    taken = staff.permissions.pop()
    db.session.commit()
    sync_roles(started.appbuilder)
    db.session.commit()
    assert extra in reporter.permissions
    assert taken in staff.permissions


def screens(role):
    return {str(each.view_menu) for each in db.session.scalar(select(Role).where(Role.name == role)).permissions}


def test_only_admin_reaches_the_setup(started):
    assert screens("Reporter") == OWN
    assert OWN <= screens("Staff") <= OWN | WORK
    assert {"Setup", "UserDBModelView"} <= screens("Admin")


def test_newcomers_find_cases_in_every_state_and_nothing_left_to_send(started):
    states = set(db.session.scalars(select(Subject.state)))
    assert states >= {
        "received",
        "at_faculty",
        "in_progress",
        "closed",
        "rejected",
        "declined",
        "clarifying",
        "accepted",
    }
    assert set(db.session.scalars(select(OutgoingMail.status))) == {"sent"}
    assert db.session.scalar(select(func.min(Clock.next_at)).where(Clock.stopped_at.is_(None))) > NOW
    assert db.session.scalar(select(func.max(Subject.submitted_at))) < NOW


def test_an_organisation_of_ones_own_starts_without_the_demos_cases(context, tmp_path):
    own = tmp_path / "data.yaml"
    own.write_text("units: {top: {label: {nb: Topp, nn: Topp, en: Top}}}\n")
    bare = tmp_path / "workflow.yaml"
    bare.write_text(
        "title: {nb: A, nn: A, en: A}\n"
        "flows: {case: {states: {there: {label: {nb: A, nn: A, en: A}, final: true}},"
        " transitions: {submit: {label: {nb: A, nn: A, en: A}, from: new, to: there, by: anyone}}}}\n"
    )
    start(context, Start(own, bare, demo=True))
    assert db.session.scalar(select(func.count()).select_from(Subject)) == 0


def test_the_commands_seed_export_and_import(flask_app, tmp_path):
    run = flask_app.test_cli_runner().invoke
    first = run(args=["seed"])
    assert first.exit_code == 0, first.output
    assert "edition 1" in first.output
    assert run(args=["seed"]).output == "Everything was there already.\n"
    file = tmp_path / "organisation.yaml"
    assert run(args=["organisation", "export", str(file)]).exit_code == 0
    assert run(args=["organisation", "import", str(file), "--replace"]).exit_code == 0
    assert run(args=["organisation", "export"]).output == file.read_text(encoding="utf-8")


def test_a_file_with_faults_is_refused_and_changes_nothing(flask_app, tmp_path):
    run = flask_app.test_cli_runner().invoke
    run(args=["seed"])
    before = run(args=["organisation", "export"]).output
    file = tmp_path / "wrong.yaml"
    file.write_text(before.replace("role: intake", "role: intak"))
    refused = run(args=["organisation", "import", str(file)])
    assert refused.exit_code == 1
    assert "wrong.yaml:" in refused.output
    assert run(args=["organisation", "export"]).output == before
