"""Commands: each file is one group."""

from flask import Flask

from app.cli import assets

MODULES = (assets,)


def register(app: Flask) -> None:
    """Add every group to `flask`."""
    for module in MODULES:
        app.cli.add_command(module.group)
