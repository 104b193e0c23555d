"""One log for the whole product: a line of JSON per event, with ids and never what people typed."""

import logging
import sys

import structlog
from structlog.types import Processor

BEFORE: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
QUIET = ("werkzeug", "flask_appbuilder", "celery", "kombu", "amqp", "mail.log", "transitions")
"""Libraries whose everyday lines tell nobody anything."""

ON_THEIR_OWN = ("gunicorn.error",)
"""Libraries that would write lines of their own."""


def set_up() -> None:
    """Send structlog's events and the standard library's through one JSON writer on standard error."""
    structlog.configure(
        processors=[*BEFORE, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*BEFORE, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),  # of printable ASCII alone, for terminals and readers of lines
            ],
        )
    )
    for name in ON_THEIR_OWN:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
