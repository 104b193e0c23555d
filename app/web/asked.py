"""A request as every page sees it: who asks for a page's head alone asks for that page, and changes no more by it."""

from typing import Any

from flask import Flask, Request


class Asked(Request):
    """A request whose HEAD is a GET; the server leaves the page itself out.

    Views, ours and the frameworks', tell a look from a change by `method == "GET"`, and so does the guard against
    forged forms: left alone, a HEAD would count as a change that nobody has to prove.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self.method == "HEAD":
            self.method = "GET"


def init_requests(app: Flask) -> None:
    """Let every page see requests so."""
    app.request_class = Asked
