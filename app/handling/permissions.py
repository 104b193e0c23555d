"""Every transition is a permission of Flask-AppBuilder's, so that its roles screen governs who may make which move."""

from functools import lru_cache
from typing import Any

import config
from app.language.definition import Routine
from app.language.load import load
from app.web.roles import known_on, moves_of


@lru_cache(maxsize=1)
def _routine() -> Routine | None:
    """The routine of the file: what it names is registered when the product starts."""
    if not config.WORKFLOW_FILE.exists():
        return None
    return load(config.WORKFLOW_FILE.read_text("utf-8")).routine


def moves_on(screen: str) -> list[str]:
    """Permissions of all moves that people make on that screen."""
    routine = _routine()
    return sorted(permission for permission, each in moves_of(routine) if each == screen) if routine else []


def keep_known(view: Any, appbuilder: Any) -> Any:
    """Give the view with the permissions it has already: those of moves that were published meanwhile, too.

    The framework takes away what a view doesn't name when a command starts.
    """
    if appbuilder.update_perms:
        known = known_on(appbuilder.session, view.class_permission_name)
        view.base_permissions = sorted({*view.base_permissions, *known})
    return view
