"""Flask-AppBuilder without what we don't use: its assets, its APIs, its links that change things on GET."""

from typing import Any

from flask import Blueprint, current_app
from flask_appbuilder import AppBuilder
from flask_appbuilder import base as fab

from app.web.frame import Home


class Builder(AppBuilder):  # type: ignore[misc]
    """Registers our start page and the security screens, and nothing else by itself."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, indexview=Home, base_template="base.html", **options)

    def _add_global_static(self) -> None:
        # Only its templates: ours of the same name come first, and its scripts and styles are never served.
        current_app.register_blueprint(Blueprint("appbuilder", fab.__name__, template_folder="templates"))

    def _add_admin_views(self) -> None:
        self._indexview = self.add_view_no_menu(self.indexview)
        self.sm.register_views()
