"""One operation: who may ask, what goes in and out - enforced, and told in the OpenAPI document, from one place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask_login import current_user
from marshmallow import Schema

from app.api import schemas
from app.web.grants import can
from app.web.problems import MIME, TITLES, Problem

BEARER = "bearer"
INTEGER = {"type": "integer", "minimum": 1}
TEXT = {"type": "string"}
ERRORS: Mapping[int, type[Schema]] = {400: schemas.Misunderstood, 409: schemas.Stale, 422: schemas.Refused}
"""Problems that tell more than others."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an address: what it means, and what it may be."""

    words: str
    schema: Mapping[str, Any] = field(default_factory=lambda: TEXT)


@dataclass(frozen=True, slots=True)
class Operation:
    """What an operation is. `needs` is the permission it asks on its view's screen; `public` asks for no token.

    `answers` gives the schema of each good answer, None for one that isn't JSON.
    """

    summary: str
    answers: Mapping[int, type[Schema] | None]
    errors: tuple[int, ...] = ()
    body: type[Schema] | None = None
    query: Mapping[str, Parameter] = field(default_factory=dict)
    needs: str = ""
    public: bool = False

    def admit(self, screen: str) -> None:
        """Let nobody in who may not ask. Raises Problem."""
        if self.public:
            return
        if not current_user.is_authenticated:
            raise Problem(HTTPStatus.UNAUTHORIZED)
        if self.needs and not can(f"can_{self.needs}", screen):
            raise Problem(HTTPStatus.FORBIDDEN)

    def spec(self, path: str, thing: str) -> dict[str, Any]:
        """Tell it as OpenAPI does."""
        told: dict[str, Any] = {"summary": self.summary.format(thing=thing), "responses": self._responses()}
        told["parameters"] = [_in_path(name) for name in re.findall(r"\{(\w+)\}", path)]
        told["parameters"] += [query(name, each) for name, each in self.query.items()]
        told["security"] = [] if self.public else [{BEARER: []}]
        if self.body is not None:
            told["requestBody"] = {"required": True, "content": {"application/json": {"schema": self.body}}}
        return told

    def _responses(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for code, schema in self.answers.items():
            content = {"application/json": {"schema": schema}} if schema else FILE if code == HTTPStatus.OK else {}
            found[str(code)] = {"description": HTTPStatus(code).phrase, **({"content": content} if content else {})}
        for code in self._all_errors():
            found[str(code)] = {"$ref": f"#/components/responses/{code}"}
        return found

    def _all_errors(self) -> list[int]:
        let_in = () if self.public else (401, 403) if self.needs else (401,)
        sent = (400, 413) if self.body is not None else (400,) if self.query else ()
        return sorted({*self.errors, *let_in, *sent})


FILE = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


def query(name: str, told: Parameter) -> dict[str, Any]:
    """Tell a parameter of the address."""
    return {"in": "query", "name": name, "description": told.words, "schema": dict(told.schema)}


def _in_path(name: str) -> dict[str, Any]:
    return {"in": "path", "name": name, "required": True, "schema": INTEGER if name == "which" else TEXT}


def responses() -> dict[str, Any]:
    """Every problem, as a component of the document."""
    return {
        str(code): {
            "description": HTTPStatus(code).phrase,
            "content": {MIME: {"schema": ERRORS.get(code, schemas.Problem)}},
        }
        for code in TITLES
    }


def operation(summary: str, **told: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a view's method an operation: it lets in whom it may, and is told in the document."""
    declared = Operation(summary, **told)

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def answer(view: Any, *arguments: Any, **named: Any) -> Any:
            declared.admit(view.screen)
            return function(view, *arguments, **named)

        answer.operation = declared  # type: ignore[attr-defined]
        return answer

    return decorate
