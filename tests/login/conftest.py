import subprocess
import sys

import pytest
import requests

from config import ROOT
from tests.house import make_app
from tests.login.provider import CLIENT, SECRET


class Told:
    """The provider's process, and what it is told to say."""

    def __init__(self, address):
        self.address = address

    def says(self, **told):
        self._post("/told", told)

    def rotates(self):
        self._post("/rotate", {})

    def ended(self):
        return requests.get(f"{self.address}/ended", timeout=10).json()

    def _post(self, path, told):
        requests.post(self.address + path, json=told, timeout=10).raise_for_status()


@pytest.fixture(scope="session")
def provider_process():
    command = [sys.executable, "-m", "tests.login.provider"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        yield Told(running.stdout.readline().strip())
        running.terminate()


@pytest.fixture
def provider(provider_process):
    """A real OpenID provider, honest until it is told otherwise."""
    provider_process.says()
    return provider_process


@pytest.fixture
def joined(provider):
    """Make a product that logs in by the provider: joined(url, folder)."""

    def make(url, folder, **settings):
        given = {"OIDC_ISSUER": provider.address, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": SECRET}
        return make_app(url, folder, BASE_URL="http://localhost", **{**given, **settings})

    return make


@pytest.fixture
def app(joined, sqlite_url, tmp_path):
    return joined(sqlite_url, tmp_path)
