"""Drafts of the routine as tests write them, and the buttons of the publishing page."""

from datetime import UTC, datetime

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select

from app.change import drafts, editing, editing_removal
from model import Draft, Person, WorkflowEdition
from tests.house import session_of
from tests.web.english import English

PAGE = "/studio/publish/"


def said(text):
    return {"nb": f"{text} (nb)", "nn": f"{text} (nn)", "en": text}


def with_head(text):
    """The routine with a state of its own for cases that the head looks at."""
    told = {"label": said("With the head"), "told": said("The head looks at your case.")}
    text = editing.add_state(text, "case", "with_head", told, after="in_progress")
    there = {"label": said("Ask the head"), "from": "in_progress", "to": "with_head", "by": "handler"}
    back = {"label": said("The head has answered"), "from": "with_head", "to": "in_progress", "by": "handler"}
    text = editing.add_transition(text, "case", "ask_head", there)
    return editing.add_transition(text, "case", "head_answers", back)


def without_head(text):
    """The routine without that state again, and nothing said of the cases there."""
    return editing.set_migrate(editing_removal.remove_state(text, "case", "with_head").text, "case", None)


def without_intake(text):
    """The routine without its first line: reports go straight to the faculty, with those that wait there."""
    text = editing.set_transition(text, "case", "submit", {"to": "at_faculty", "assign": "routing"})
    return editing_removal.remove_state(text, "case", "received", "at_faculty").text


def renamed(text):
    """The routine with another word for a move: nothing that concerns open cases."""
    return editing.set_transition(text, "case", "close", {"label": said("Close it for good")})


def write(app, change=None, *settings, who="admin", scenarios=None):
    """Let the draft say what `change` makes of its text, and have the changes of settings; give its id."""
    now = datetime.now(UTC)
    with session_of(app) as session:
        person = session.scalar(select(Person.id).where(Person.name == who))
        draft = drafts.start(session, person, now)
        if change is not None:
            drafts.write(draft, person, now, text=change(draft.text), scenarios=scenarios)
        for each in settings:
            drafts.put(draft, each, person, now)
        session.commit()
        return draft.id


def draft_of(app):
    """(status, text, revision) of the newest draft."""
    with session_of(app) as session:
        draft = session.scalars(select(Draft).order_by(Draft.id.desc())).first()
        return draft.status, draft.text, draft.revision


def editions(app):
    """Every edition's number -> (reason, override)."""
    with session_of(app) as session:
        return {e.number: (e.reason, e.override) for e in session.scalars(select(WorkflowEdition))}


def run(person):
    """Try the draft."""
    person.get(PAGE)
    person.post(f"{PAGE}run")
    return person.get(PAGE)


def answer(person, **states):
    """Let the open cases move, those in a state that is gone to another one."""
    person.get(PAGE)
    person.post(f"{PAGE}map", **{"how-case": "move", **{f"to-case-{name}": to for name, to in states.items()}})
    return person.get(PAGE)


def publish(person, reason="The faculty asked for it.", **answers):
    """Press the button."""
    person.get(PAGE)
    return person.post(f"{PAGE}publish", reason=reason, **answers)


def another_admin(app, name="desk"):
    """Somebody else who is an administrator, too."""
    with session_of(app) as session:
        admin = session.scalar(select(Role).where(Role.name == "Admin"))
        user = session.scalar(select(User).where(User.username == name))
        user.roles.append(admin)
        session.commit()
    return English(app, name)
