"""Where a mail's link leads: made when the mail is sent, so that a follow link's token is never stored."""

from collections.abc import Mapping
from urllib.parse import quote

from app.outbox.settings import Settings
from app.outbox.tokens import again, token

PAGES = {
    "case": "cases",
    "cases": "cases",
    "action": "actions",
    "actions": "actions",
    "report": "reports",
    "studio": "studio",
}


def followed(link: str) -> int | None:
    """Give the id of the case that a follow link follows; None for another link."""
    kind, _, what = link.partition(":")
    return int(what) if kind == "follow" else None


def address(link: str, follows: Mapping[int, tuple[str | None, str | None]], settings: Settings) -> str:
    """Give the address of `case:<number>`, `action:<number>`, `report:<name>` or `follow:<subject id>`.

    `cases:` is the list of cases, `actions:` that of actions, `studio:<page>` a page of the setup.

    `follows` are the salt and the token's digest of each case. One whose salt is gone is followed by nobody: the link
    then leads to where a code is asked for.
    """
    subject_id = followed(link)
    if subject_id is not None:
        salt, kept = follows.get(subject_id, (None, None))
        follow = f"{settings.base_url}/follow"
        return f"{follow}/{again(token, settings.secrets, subject_id, salt, kept)}" if salt else follow
    kind, _, what = link.partition(":")
    if kind not in PAGES:
        raise ValueError(f"no such link: {kind}")
    return f"{settings.base_url}/{PAGES[kind]}/{quote(what, safe='')}"
