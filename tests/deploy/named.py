"""What files under deploy/ may name: settings that the product reads, and commands that it has."""

import ast
import re
import shlex

import click
from celery.bin.beat import beat
from celery.bin.worker import worker

from app.cli import COMMANDS
from config import ROOT

DEPLOY = ROOT / "deploy"
BESIDE = {"FLASK_APP", "ADMIN_PASSWORD", "TMPDIR", "PATH", "PYTHONDONTWRITEBYTECODE"}
"""Variables of the commands and of Python: config.py doesn't read them."""
SECRETS = re.compile(r"SECRET|PASSWORD|TOKEN|_URL$")
CELERY = {"worker": worker, "beat": beat}


def settings():
    """Every variable that config.py reads, and those beside it."""
    calls = (
        node for node in ast.walk(ast.parse((ROOT / "config.py").read_text("utf-8"))) if isinstance(node, ast.Call)
    )
    read = {call.args[0].value for call in calls if ast.unparse(call.func) == "os.environ.get"}
    assert "SECRET_KEY" in read
    return read | BESIDE


def unknown(words):
    """What of a command line is no command or option of ours; "" where all is known."""
    match [words[0].rsplit("/", 1)[-1], *words[1:]]:
        case ["sh", "-c", line]:
            parts = (shlex.split(part.removeprefix("exec ")) for part in line.split(" && "))
            return next((fault for part in parts if (fault := unknown(part))), "")
        case ["flask", *rest]:
            return unknown_to(click.Group(commands={each.name: each for each in COMMANDS}), rest)
        case ["celery", "-A", "app.worker.celery_app", name, *rest] if name in CELERY:
            return unknown_to(CELERY[name], rest)
        case ["python", "-m", "model.schema"] | ["python", "deploy/healthy.py"]:
            return ""
        case ["gunicorn", "--config", "deploy/gunicorn.py", "app:create_app()"]:
            return ""
    return shlex.join(words)


def unknown_to(command, words):
    """The first word that a command and its subcommands don't know."""
    while isinstance(command, click.Group) and words:
        name, *words = words
        if name not in command.commands:
            return name
        command = command.commands[name]
    options = {each for option in command.params for each in (*option.opts, *option.secondary_opts)}
    wrong = [word for word in words if word.startswith("-") and word not in options]
    return wrong[0] if wrong else ""
