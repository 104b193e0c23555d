"""Traces by OpenTelemetry: which rule was asked, and which kinds of questions the database was; never with what words.

There only where OTEL_EXPORTER_OTLP_ENDPOINT says who takes them; the packages stand in requirements-tracing.txt.
OpenTelemetry's own instruments put addresses and statements into spans. An address may open a case, so these don't.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request
from sqlalchemy import Engine, event

from app.web.database import db

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

QUESTIONS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"})
FAULT = 500


def init_traces(app: Flask) -> None:
    """Trace every request, where somebody takes the traces. Raises RuntimeError where the packages are missing."""
    if not app.config["OTEL_EXPORTER_OTLP_ENDPOINT"]:
        return
    try:
        tracer = _exporting(str(app.config["VERSION"]))
    except ImportError as missing:
        raise RuntimeError(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and OpenTelemetry isn't installed: "
            "pip install --require-hashes -r requirements-tracing.txt"
        ) from missing
    follow(app, db.engine, tracer)


def _exporting(version: str) -> Tracer:
    """Make a tracer whose spans a thread of this process sends; OpenTelemetry reads its own variables."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - the same
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - the same
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - the same

    provider = TracerProvider(resource=Resource.create({"service.name": "avviksflyt", "service.version": version}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider.get_tracer("avviksflyt")


def follow(app: Flask, engine: Engine, tracer: Tracer) -> None:
    """Make a span of each request, and within it one of each question to the database."""
    _follow_requests(app, tracer)
    _follow_questions(engine, tracer)


def _follow_requests(app: Flask, tracer: Tracer) -> None:
    from opentelemetry.trace import SpanKind, StatusCode  # noqa: PLC0415 - an extra

    def begin() -> None:
        # What a sender says of a trace of its own counts for nothing: anybody could join others' together.
        rule = request.url_rule.rule if request.url_rule else "none"
        told = {"http.request.method": request.method, "http.route": rule}
        g.span = tracer.start_span(f"{request.method} {rule}", kind=SpanKind.SERVER, attributes=told)

    def answered(response: Response) -> Response:
        if "span" in g:
            g.span.set_attribute("http.response.status_code", response.status_code)
            if response.status_code >= FAULT:
                g.span.set_status(StatusCode.ERROR)
        return response

    def end(_fault: BaseException | None) -> None:
        if span := g.pop("span", None):
            span.end()

    app.before_request(begin)
    app.after_request(answered)
    app.teardown_request(end)


def _follow_questions(engine: Engine, tracer: Tracer) -> None:
    from opentelemetry.trace import SpanKind, StatusCode, set_span_in_context  # noqa: PLC0415 - an extra

    def asked(_connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
        if not g or "span" not in g:
            return
        word = statement.split(None, 1)[0].upper()
        name = word if word in QUESTIONS else "other"
        told = {"db.system.name": engine.dialect.name, "db.operation.name": name}
        within = set_span_in_context(g.span)
        context.span = tracer.start_span(name, context=within, kind=SpanKind.CLIENT, attributes=told)

    def told(_connection: Any, _cursor: Any, _statement: str, _values: Any, context: Any, _many: bool) -> None:
        _done(context)

    def failed(fault: Any) -> None:
        _done(fault.execution_context, StatusCode.ERROR)

    event.listen(engine, "before_cursor_execute", asked)
    event.listen(engine, "after_cursor_execute", told)
    event.listen(engine, "handle_error", failed)


def _done(context: Any, status: Any = None) -> None:
    """End a question's span; a fault's own words stay out of it, for they may repeat values."""
    span: Span | None = getattr(context, "span", None)
    if span is not None:
        if status is not None:
            span.set_status(status)
        span.end()
