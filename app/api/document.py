"""The OpenAPI document, written from the operations themselves."""

from __future__ import annotations

from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Response, current_app, request
from flask_appbuilder.api import expose
from flask_appbuilder.api.manager import resolver

from app.api import schemas_routine
from app.api.base import Api, answered
from app.api.operation import BEARER, operation

SCHEME = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class DocumentApi(Api):
    """What the interface says of itself."""

    route_base = "/api/v1"
    openapi_spec_tag = "Document"

    @expose("/_openapi")
    @operation("This document", answers={200: schemas_routine.Document}, public=True)
    def document(self) -> Response:
        """Give the document."""
        written = APISpec(
            "Avviksflyt",
            self.version,
            "3.0.3",
            plugins=[MarshmallowPlugin(schema_name_resolver=resolver)],
            servers=[{"url": request.script_root or "/"}],
        )
        written.components.security_scheme(BEARER, SCHEME)
        for each in current_app.appbuilder.baseviews:  # type: ignore[attr-defined]
            if isinstance(each, Api):
                each.add_api_spec(written)
        found: dict[str, Any] = written.to_dict()
        return answered(found)
