"""Why somebody was not logged in."""

from http import HTTPStatus


class Refused(Exception):
    """Nobody is logged in. `reason` names a sentence of `pages.TEXTS`; `fault` is for the log, never personal."""

    def __init__(self, reason: str, fault: str = "", status: int = HTTPStatus.UNAUTHORIZED) -> None:
        super().__init__(reason)
        self.reason, self.fault, self.status = reason, fault, status
