"""Somebody who reads English: what the tests quote is what stands in the code."""

from tests.house import Person


class English(Person):
    def get(self, path, **options):
        self.client.set_cookie("lang", "en")
        return super().get(path, **options)
