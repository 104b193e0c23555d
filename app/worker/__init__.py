"""What happens without anybody pressing: mails sent, clocks fired - in a web process, by a command, or by Celery."""

import click
from flask import Flask
from flask_appbuilder import AppBuilder

from app.worker import demo_mail, health, metrics
from app.worker.embedded import Worker

SERVING = ("run", "serve")
"""Commands that answer requests; all others only do what they are told."""


def register(app: Flask, appbuilder: AppBuilder) -> None:  # noqa: ARG001 - every room is registered alike
    """Add the pages for machines and, in the demo, the mail page; start what this process has to run."""
    app.register_blueprint(health.blueprint)
    app.register_blueprint(metrics.blueprint)
    if app.config["DEMO"]:
        app.register_blueprint(demo_mail.blueprint)
    if not _serving(app):
        return
    if app.config["CELERY_BROKER_URL"]:
        from app.worker import nudger  # noqa: PLC0415 - Celery is imported where it is used

        nudger.start(app)
    elif app.config["WORKER"] == "embedded":
        Worker(app).start()


def _serving(app: Flask) -> bool:
    command = click.get_current_context(silent=True)
    return not app.testing and (command is None or command.info_name in SERVING)
