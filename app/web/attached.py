"""A case's files on a page, and each as a download: always an attachment, never shown by the browser."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO

from babel.numbers import format_decimal
from flask import Response, abort, request, send_file
from werkzeug.datastructures import CombinedMultiDict, MultiDict

from app.i18n import language, lazy_gettext, say
from app.language.definition import Routine
from app.web.headers import SHUT
from model import INFECTED, PENDING, StoredFile

MEGABYTE = 1_000_000
WITHHELD = {
    PENDING: lazy_gettext("Waits to be scanned for viruses"),
    INFECTED: lazy_gettext("Removed: a virus was found in it"),
}
SEALED = {"Content-Security-Policy": f"sandbox; {SHUT}", "Cache-Control": "no-store"}
"""Headers of what people sent: were it opened by a browser all the same, it could do nothing."""


@dataclass(frozen=True, slots=True)
class Attached:
    """One file as a page names it: what it answers, its name and its size; `withheld` says why it has no `href`."""

    label: str
    name: str
    size: str
    href: str
    withheld: str = ""


def attached(files: Iterable[StoredFile], routine: Routine, href: Callable[[int], str]) -> list[Attached]:
    """Give the files as a page shows them."""
    found = []
    for each in files:
        declared = routine.fields.get(each.field)
        label = say(declared.label) if declared else ""
        withheld = "" if each.downloadable else str(WITHHELD[each.status])
        found.append(Attached(label, each.name, _size(each.size), "" if withheld else href(each.id), withheld))
    return found


def _size(size: int) -> str:
    if size < MEGABYTE:
        return f"{max(1, size // 1000)} kB"
    return f"{format_decimal(size / MEGABYTE, format='0.0', locale=language())} MB"


def download(file: StoredFile) -> Response:
    """Send a file to be saved; one that waits for the virus scanner, or was found infected, isn't there."""
    if not file.downloadable:
        abort(404)
    answer = send_file(BytesIO(file.content), mimetype=file.kind, as_attachment=True, download_name=file.name)
    answer.headers.update(SEALED)
    return answer


def posted() -> MultiDict[str, str]:
    """What a form sent, its files among it."""
    return CombinedMultiDict([request.form, request.files]) if request.files else request.form  # type: ignore[list-item]
