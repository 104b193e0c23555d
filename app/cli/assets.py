"""`flask assets`: what the browser gets."""

import click
from flask.cli import AppGroup

from app.setup.assets import build

group = AppGroup("assets", help="Styles and scripts.")


@group.command("build")
def build_assets() -> None:
    """Put together styles and scripts from node_modules and app/static."""
    for name, file in build().items():
        click.echo(f"{name} -> {file}")
