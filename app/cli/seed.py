"""Commands of the first day, and the organisation as a file."""

from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from app.change import history
from app.change.exporting import export_data
from app.setup.accounts import ADMIN_NAME
from app.setup.demo import Start, Unusable, read_organisation
from app.setup.demo import seed as add_what_is_missing
from app.web import passwords
from app.web.database import db

ADMIN_PASSWORD = "ADMIN_PASSWORD"  # noqa: S105 - the variable's name # nosec B105


@click.command()
@click.option(
    "--admin-password", envvar=ADMIN_PASSWORD, default="", help="Password of the account admin, without DEMO."
)
@click.option("--cases", default=0, help="Ordinary cases that the demo gets beside its stories.")
@with_appcontext
def seed(admin_password: str, cases: int) -> None:
    """Add the organisation, the routine and the accounts that are missing."""
    settings = current_app.config
    if admin_password and not settings["DEMO"] and (wrong := passwords.fault(admin_password, (ADMIN_NAME,))):
        raise click.ClickException(f"{ADMIN_PASSWORD}: {wrong}")
    start = Start(
        organisation=Path(settings["ORGANISATION_FILE"]),
        workflow=Path(settings["WORKFLOW_FILE"]),
        demo=bool(settings["DEMO"]),
        admin_password=admin_password,
        admin_mail=settings["ADMIN_MAIL"] or settings["MAIL_FROM"],
        cases=cases,
    )
    appbuilder = current_app.appbuilder  # type: ignore[attr-defined]
    try:
        done = add_what_is_missing(db.session(), appbuilder, start, datetime.now(UTC))
    except Unusable as wrong:
        raise click.ClickException(str(wrong)) from wrong
    db.session.commit()
    click.echo("Added: " + ", ".join(done) if done else "Everything was there already.")


@click.group()
def organisation() -> None:
    """Units, areas, roles, people, assignments, routing, calendar and mails as one file."""


@organisation.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@with_appcontext
def export_file(file: Path | None) -> None:
    """Write the organisation to FILE, or show it."""
    text = export_data(db.session())
    if file is None:
        click.echo(text, nl=False)
    else:
        file.write_text(text, encoding="utf-8")


@organisation.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Also remove what the file doesn't have and nothing uses.")
@with_appcontext
def import_file(file: Path, *, replace: bool) -> None:
    """Read the organisation from FILE."""
    try:
        with history.recording(db.session(), None, datetime.now(UTC), file.name):
            warnings = read_organisation(db.session(), file, replace=replace)
    except Unusable as wrong:
        raise click.ClickException(str(wrong)) from wrong
    db.session.commit()
    for warning in warnings:
        click.echo(str(warning), err=True)


groups: list[click.Command] = [seed, organisation]
