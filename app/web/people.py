"""Who has a form open."""

from app.i18n import language
from app.web.grants import me
from app.workflow.actor import Actor


def sender() -> Actor:
    """Whoever has this page open: somebody logged in, or a visitor."""
    person = me()
    if person is None:
        return Actor(language=language())
    return Actor(person.id, language(), kind=person.kind)
