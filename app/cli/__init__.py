"""Commands: each file is one group, or a few commands of one kind."""

from flask import Flask

from app.cli import assets, backup, journal, person, publishing, report, routine, seed, worker, workflow

COMMANDS = (
    *(assets.group, journal.group, person.group, report.group, routine.group, worker.group, workflow.group),
    *seed.groups,
    *backup.commands,
)


def register(app: Flask) -> None:
    """Add every command to `flask`."""
    for command in (publishing.publish_file, publishing.diff):
        workflow.group.add_command(command)
    for command in COMMANDS:
        app.cli.add_command(command)
