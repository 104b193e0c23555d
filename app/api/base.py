"""The base of every part of the interface: known by a token, documented by its operations, answered in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from apispec import APISpec
from flask import Response
from flask_appbuilder.api import BaseApi

from app.api.operation import responses


class Api(BaseApi):  # type: ignore[misc]
    """A part of the interface. `screen` names the screen whose permissions count here, `thing` what it is about.

    It adds no permission of its own: whoever may do something on a screen may do it here.
    """

    version = "v1"
    base_permissions: Any = []
    screen = ""
    thing = ""

    @property
    def responses(self) -> dict[str, Any]:
        """Problems, as the document tells them."""
        return responses()

    def operation_helper(
        self,
        path: str | None = None,
        operations: dict[str, Any] | None = None,
        methods: list[str] | None = None,
        func: Callable[..., Any] | None = None,
        **_more: Any,
    ) -> None:
        """Tell the operation in the document."""
        for method in methods or ():
            if operations is not None:
                operations[method.lower()] = func.operation.spec(path or "", self.thing)  # type: ignore[union-attr]

    def add_apispec_components(self, api_spec: APISpec) -> None:
        """Add what all parts of the document refer to, once."""
        if "400" not in api_spec.components.responses:
            super().add_apispec_components(api_spec)


def answered(data: Any, code: int = 200, **headers: str) -> Response:
    """Answer in JSON."""
    return Response(json.dumps(data), code, headers, mimetype="application/json")
