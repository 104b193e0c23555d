"""What a new installation starts with: the organisation, the first edition of the routine, accounts and some cases."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.change.importing import import_data
from app.change.sweeping import sweep
from app.i18n import force_locale, gettext
from app.language.data import load_data
from app.language.definition import Routine
from app.language.fault import Fault
from app.language.load import load
from app.setup.accounts import create_accounts, create_admin
from app.setup.cases import tell_stories
from app.web.roles import allow_moves, sync_roles
from model import Unit, WorkflowEdition

SCENARIOS = "scenarios.yaml"
"""Lies beside the organisation's file, if the routine has any."""


class Unusable(Exception):
    """A file has faults; `faults` says where."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Start:
    """What to start with. `demo` gives everybody an account; elsewhere only `admin_password` makes one.

    `cases` is how many ordinary cases the demo gets beside its stories.
    """

    organisation: Path
    workflow: Path
    demo: bool
    admin_password: str = ""
    admin_mail: str = ""
    cases: int = 0


def seed(session: Session, appbuilder: Any, start: Start, now: datetime) -> list[str]:
    """Add what is missing and say what was added; never change what is there. Flushes, never commits."""
    done = []
    file = start.organisation.with_name(SCENARIOS)
    scenarios = file.read_text("utf-8") if file.exists() else ""
    if publish_first(session, start.workflow, now, scenarios):
        done.append("workflow, edition 1")
    if not session.scalar(select(func.count()).select_from(Unit)):
        read_organisation(session, start.organisation)
        done.append("organisation")
    sync_roles(appbuilder)
    if (routine := _in_force(session)) is not None:
        allow_moves(session, routine)
    if start.demo and (made := create_accounts(session)):
        done.append(f"{made} accounts")
    if start.demo and (
        told := tell_stories(session, now, start.cases, (scenarios, start.organisation.read_text("utf-8")))
    ):
        done.append(f"{told} cases")
        sweep(session, now)
    if not start.demo and start.admin_password and create_admin(session, start.admin_password, start.admin_mail):
        done.append("account admin")
    return done


def read_organisation(session: Session, file: Path, *, replace: bool = False) -> list[Fault]:
    """Import the organisation's file, checked against the routine in force; give its warnings. Raises Unusable."""
    loaded = load_data(file.read_bytes(), file.name, _in_force(session))
    if loaded.data is None:
        raise Unusable(loaded.faults)
    import_data(session, loaded.data, replace=replace)
    return loaded.faults


def _in_force(session: Session) -> Routine | None:
    newest = select(WorkflowEdition.text).order_by(WorkflowEdition.number.desc()).limit(1)
    text = session.scalar(newest)
    return load(text).routine if text else None


def _why_first() -> str:
    """The institution's own language, as anybody else who publishes would write it."""
    with force_locale(current_app.config["BABEL_DEFAULT_LOCALE"]):
        return gettext("The routine the installation came with.")


def publish_first(session: Session, file: Path, now: datetime, scenarios: str = "") -> bool:
    """Publish the file as edition 1 unless something is published; give whether it was. Raises Unusable."""
    if session.scalar(select(func.count()).select_from(WorkflowEdition)):
        return False
    text = file.read_text(encoding="utf-8")
    loaded = load(text, file.name)
    if loaded.routine is None:
        raise Unusable(loaded.faults)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    edition = WorkflowEdition(number=1, text=text, sha256=sha256, published_at=now, reason=_why_first())
    edition.scenarios = scenarios
    session.add(edition)
    session.flush()
    return True
