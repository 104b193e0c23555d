"""The product with a page in front of it: an answer that was made before, shown by a browser as if it had asked."""

from contextlib import contextmanager

from werkzeug.wrappers import Response

from tests.house import served


class Front:
    """The product at `address`; while there is an `answer`, it is the page at every address."""

    def __init__(self, app):
        self.app = app
        self.address = ""
        self.answer = None

    def __call__(self, environ, start_response):
        if self.answer is None or environ.get("HTTP_SEC_FETCH_DEST") != "document":
            return self.app(environ, start_response)
        headers = [(name, value) for name, value in self.answer.headers if name.lower() != "set-cookie"]
        return Response(self.answer.get_data(), headers=headers)(environ, start_response)


@contextmanager
def in_front_of(app):
    """Serve the product with a page in front of it."""
    front = Front(app)
    with served(front) as front.address:
        yield front
