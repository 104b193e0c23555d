"""The units: systemd reads them, they may do little, and they name only what is there."""

import configparser
import re
import shlex
import shutil
import subprocess

import pytest

from config import ROOT
from tests.deploy.named import DEPLOY, SECRETS, settings, unknown

FOLDER = DEPLOY / "systemd"
SERVICES = sorted(FOLDER.glob("*.service"))
TIMERS = sorted(FOLDER.glob("*.timer"))
SYSTEMD = shutil.which("systemd-analyze")
there = pytest.mark.skipif(not SYSTEMD, reason="systemd-analyze is missing: not every machine has systemd")
HARDENED = {
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "StateDirectory": "avviksflyt",
    "User": "avviksflyt",
    "EnvironmentFile": "/etc/avviksflyt/avviksflyt.env",
}


def read(file):
    unit = configparser.RawConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read_string(file.read_text("utf-8"))
    return unit


def example():
    lines = (FOLDER / "avviksflyt.env.example").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@there
@pytest.mark.parametrize("file", [*SERVICES, *TIMERS], ids=lambda file: file.name)
def test_systemd_has_nothing_to_say(file, tmp_path):
    for each in (*SERVICES, *TIMERS):
        text = each.read_text("utf-8").replace("/opt/avviksflyt", str(ROOT))
        (tmp_path / each.name.replace("@", "@1")).write_text(text, "utf-8")
    command = [SYSTEMD, "verify", "--recursive-errors=no", tmp_path / file.name.replace("@", "@1")]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert tmp_path.name not in told.stderr


@there
@pytest.mark.parametrize("file", SERVICES, ids=lambda file: file.name)
def test_systemd_finds_little_that_a_service_may_do(file):
    command = [SYSTEMD, "security", "--offline=true", "--threshold=20", "--no-pager", file]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout[-200:] + told.stderr


@pytest.mark.parametrize("file", SERVICES, ids=lambda file: file.name)
def test_a_service_is_hardened_and_runs_what_is_there(file):
    service = dict(read(file)["Service"])
    assert service.items() >= HARDENED.items()
    line = service["ExecStart"].replace("$$", "$").replace("%%", "%").replace("/bin/sh ", "sh ")
    assert unknown(shlex.split(line)) == ""
    assert set(re.findall(r"^Environment=(\w+)", file.read_text("utf-8"), re.MULTILINE)) <= settings()


@pytest.mark.parametrize("file", TIMERS, ids=lambda file: file.name)
def test_a_timer_has_its_service_and_makes_up_for_a_night(file):
    assert file.with_suffix(".service").exists()
    assert read(file)["Timer"]["Persistent"] == "yes"


def test_settings_of_the_example_are_known_and_secrets_have_no_value():
    given = example()
    assert set(given) <= settings()
    assert {value for name, value in given.items() if SECRETS.search(name) and "://" not in value} == {""}
    assert not any("@" in value for name, value in given.items() if name.endswith("_URL"))
