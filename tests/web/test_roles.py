"""A move that is published becomes a permission at once, and nothing else about who may do what changes."""

from flask_appbuilder.security.sqla.models import PermissionView, Role
from sqlalchemy import select

from app.language.load import load
from app.web.roles import allow_moves, moves_of, permission_of
from tests.house import make_app, session_of


def changed(root):
    """The routine with a move of cases, and one of actions, that it didn't have."""
    text = (root / "workflow.yaml").read_text()
    routine = load(text).routine
    first = next(move for move in routine.flows["case"].transitions.values() if move.by is not None)
    labels = "label: {nb: Se på, nn: Sjå på, en: Look at}"
    for flow, after in (("case", first.name), ("action", "accept")):
        at = text.index(f"  {flow}:\n")
        place = text.index(f"\n      {after}:", at)
        text = f"{text[:place]}\n      look_{flow}: {{{labels}, from: any, to: same, by: handler}}{text[place:]}"
    loaded = load(text)
    assert loaded.routine, [str(fault) for fault in loaded.faults]
    return loaded.routine


def granted(app, role):
    with session_of(app) as session:
        row = session.scalar(select(Role).where(Role.name == role))
        return {(each.permission.name, each.view_menu.name) for each in row.permissions}


def publish(app, routine):
    with session_of(app) as session:
        allow_moves(session, routine)
        session.commit()


def test_new_moves_are_granted_and_what_was_taken_away_stays_away(small_house, root):
    with session_of(small_house) as session:
        staff = session.scalar(select(Role).where(Role.name == "Staff"))
        staff.permissions = [each for each in staff.permissions if each.permission.name != permission_of("close")]
        session.commit()
    before = {role: granted(small_house, role) for role in ("Admin", "Staff", "Reporter")}
    publish(small_house, changed(root))
    new = {("can_look_case", "CaseView"), ("can_look_action", "ActionView")}
    assert new <= moves_of(changed(root))
    assert granted(small_house, "Staff") == before["Staff"] | new
    assert granted(small_house, "Admin") == before["Admin"] | new
    assert granted(small_house, "Reporter") == before["Reporter"]


def test_publishing_the_same_moves_again_adds_nothing(small_house, root):
    publish(small_house, changed(root))
    before = granted(small_house, "Staff")
    with session_of(small_house) as session:
        count = len(session.scalars(select(PermissionView.id)).all())
    publish(small_house, changed(root))
    with session_of(small_house) as session:
        assert len(session.scalars(select(PermissionView.id)).all()) == count
    assert granted(small_house, "Staff") == before


def test_a_role_that_was_deleted_is_not_made_again(small_house, root):
    with session_of(small_house) as session:
        session.delete(session.scalar(select(Role).where(Role.name == "Reporter")))
        session.commit()
    publish(small_house, changed(root))
    with session_of(small_house) as session:
        assert session.scalar(select(Role).where(Role.name == "Reporter")) is None


def test_a_move_that_nobody_may_make_any_more_is_not_new_again_after_a_command(sqlite_url, tmp_path, root):
    app = make_app(sqlite_url, tmp_path)
    publish(app, changed(root))
    with session_of(app) as session:
        for role in session.scalars(select(Role)):
            role.permissions = [each for each in role.permissions if each.permission.name != "can_look_case"]
        session.commit()
    make_app(sqlite_url, tmp_path, UPDATE_PERMISSIONS=True)
    publish(app, changed(root))
    assert ("can_look_case", "CaseView") not in granted(app, "Staff")
    assert ("can_look_action", "ActionView") in granted(app, "Staff")
