"""The image is built by the Makefile's commands from the locks, and runs as nobody with nothing to write to."""

import json
import re
import subprocess
import sys
import threading
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from config import ROOT
from tests.deploy.named import DEPLOY, SECRETS, settings, unknown

BIN = Path(sys.executable).parent
TEXT = (DEPLOY / "Containerfile").read_text("utf-8")
LINES = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", TEXT, flags=re.MULTILINE)).splitlines()
OWN = (
    "python3 -m venv .venv",
    ".venv/bin/python -m compileall -q app model config.py",
    "mkdir kept && mv node_modules/dejavu-fonts-ttf kept/ && rm -r node_modules && mv kept node_modules",
)
"""Steps that only an image needs; the first is the Makefile's, with its own python3."""


def said(word, lines=LINES):
    return [line.removeprefix(f"{word} ") for line in lines if line.startswith(f"{word} ")]


def stages():
    """The lines of each stage."""
    found = []
    for line in LINES:
        if line.startswith("FROM "):
            found.append([])
        elif found:
            found[-1].append(line)
    return found


def recipes():
    """Every command of the Makefile, as it runs."""
    text = (ROOT / "Makefile").read_text("utf-8").replace("$(BIN)", ".venv/bin").replace("$(PYTHON)", "python3")
    return {re.sub(r'^\s*@?(PATH="[^"]*" )?', "", line) for line in text.splitlines() if line.startswith("\t")}


def test_hadolint_has_nothing_to_say():
    told = subprocess.run(
        [BIN / "hadolint", "--failure-threshold", "warning", "--format", "tty", DEPLOY / "Containerfile"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout


def test_it_is_built_by_the_commands_of_the_makefile():
    wrong = [line for stage in stages()[:-1] for line in said("RUN", stage) if line not in {*recipes(), *OWN}]
    assert not wrong
    for lock in ("--require-hashes -r requirements.txt", "npm ci --ignore-scripts"):
        assert any(lock in line for stage in stages()[:-1] for line in said("RUN", stage))


def test_every_image_has_its_version():
    images = [line.split("=", 1)[1] for line in said("ARG") if line.split("=")[0].endswith("_IMAGE")]
    assert len(images) == 2
    assert all(re.fullmatch(r"\w+:\d+\.\d+\.\d+-[\w-]+", each) for each in images)
    assert set(said("FROM")) == {"${NODE_IMAGE} AS scripts", "${PYTHON_IMAGE} AS build", "${PYTHON_IMAGE}"}


def test_it_runs_as_nobody_and_what_it_runs_is_ours():
    last = stages()[-1]
    assert said("USER", last) == ["10001:10001"]
    assert said("VOLUME", last) == ["/var/lib/avviksflyt"]
    [health] = said("HEALTHCHECK", last)
    for words in (*said("CMD", last), health.split(" CMD ")[1]):
        assert unknown(json.loads(words)) == ""


def test_its_settings_are_known_and_no_secret_is_among_them():
    pairs = dict(each.split("=", 1) for line in said("ENV") for each in line.split())
    assert pairs["DEMO"] == "0"
    assert pairs["VAR_DIR"] == pairs["TMPDIR"] == "/var/lib/avviksflyt"
    assert set(pairs) <= settings()
    assert not [name for name in pairs if SECRETS.search(name)]


def test_only_what_is_copied_leaves_the_folder_for_the_build():
    rules = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    kept = {rule[1:] for rule in rules if rule.startswith("!")}
    assert "*" in rules
    copied = {word for line in said("COPY") if "--from" not in line for word in line.split()[:-1]}
    assert copied == kept
    assert all((ROOT / name).exists() for name in copied)
    assert not any(fnmatch(name, "*.env") or name in ("var", ".git", "tests") for name in kept)


def test_what_the_product_imports_from_the_root_is_copied():
    tops = {"app", "model", "config.py", "routines", "workflow.yaml", "babel.cfg"}
    assert tops <= {word for line in said("COPY") for word in line.split()[:-1]}


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1), (None, 1)])
def test_the_image_is_healthy_as_healthz_says(status, code):
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        port = str(server.server_port)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        if status is None:
            server.shutdown()
            server.server_close()
        asked = subprocess.run([sys.executable, "deploy/healthy.py"], cwd=ROOT, env={"PORT": port}, check=False)
        server.shutdown()
    assert asked.returncode == code
