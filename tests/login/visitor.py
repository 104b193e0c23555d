"""Somebody who logs in by the provider, as a browser would: by following where each answer leads."""

from urllib.parse import urlsplit

import requests

from tests.web.english import English


class Visitor(English):
    def goes(self, target="/home/"):
        """Go to the provider; give the address that it leads back to."""
        self.get("/login/oidc", query_string={"next": target})
        assert self.status == 302, self.text
        self.there = self.page.location
        return requests.get(self.there, allow_redirects=False, timeout=10).headers["Location"]

    def comes(self, address):
        """Come back with that address."""
        parts = urlsplit(address)
        return self.get(f"{parts.path}?{parts.query}")

    def logs_in(self, target="/home/"):
        return self.comes(self.goes(target))
