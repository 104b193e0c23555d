"""`flask person`: what the installation holds about one person."""

import secrets
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, or_, select

from app.submit.owndata import packed
from app.web import second
from app.web.database import db
from app.workflow.context import Context
from model import Person

group = AppGroup("person", help="One person's data.")


@group.command("new-password")
@click.argument("who")
def new_password(who: str) -> None:
    """Print a password that lets the account WHO (its user name) in once, to choose their own; codes go, too.

    For whoever has lost both, and for the administrator when nobody else is left to ask.
    """
    user = db.session.scalar(select(User).where(User.username == who))
    if user is None:
        raise click.ClickException("There is no account with that user name.")
    password = secrets.token_urlsafe(15)
    current_app.appbuilder.sm.reset_password(user.id, password)  # type: ignore[attr-defined]
    second.forget(user)
    click.echo(password)


@group.command("export")
@click.argument("who")
@click.option("--to", "file", type=click.Path(path_type=Path, dir_okay=False), default=Path("data.zip"))
def export(who: str, file: Path) -> None:
    """Write a zip with all that is held about WHO (a mail address or a name) and nothing about others.

    An address that belongs to an account and to a guest gives a zip for each.
    """
    asked = or_(func.lower(Person.mail) == who.lower(), Person.name == who)
    found = db.session.scalars(select(Person).where(asked).order_by(Person.id)).all()
    if not found:
        raise click.ClickException("Nobody has that address or name.")
    here = Context.open(db.session(), datetime.now(UTC))
    for number, person in enumerate(found, 1):
        one = file if number == 1 else file.with_stem(f"{file.stem}-{number}")
        one.write_bytes(packed(here, person))
        click.echo(f"Written: {one}")
