"""One machine, several processes: what compose.yaml starts is ours, has its version, and holds no secret."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from config import ROOT, VERSION
from tests.deploy.named import DEPLOY, SECRETS, settings, unknown

BIN = Path(sys.executable).parent
FILE = DEPLOY / "compose.yaml"
SERVICES = yaml.safe_load(FILE.read_text("utf-8"))["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("avviksflyt:")}
GIVEN = re.compile(r"\$\{(\w+)(:[?-][^}]*)?\}")


def test_it_is_as_the_specification_says():
    command = [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", FILE]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout


def test_what_there_is():
    assert set(OURS) == {"migrate", "web-1", "web-2", "worker", "beat", "backup"}
    assert set(SERVICES) - set(OURS) == {"database", "broker", "proxy"}
    assert OURS["worker"]["deploy"]["replicas"] == 2
    assert "deploy" not in OURS["beat"], "two beats would each say when it is time"


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_has_its_version(name):
    tag = SERVICES[name]["image"].rsplit(":", 1)[1]
    assert tag == VERSION if name in OURS else re.match(r"\d+\.\d+", tag)


@pytest.mark.parametrize("name", OURS)
def test_its_commands_and_settings_are_known(name):
    service = OURS[name]
    words = [word.replace("$$", "$") for word in service.get("command", [])]
    assert not words or unknown(words) == ""
    assert set(service["environment"]) <= settings()
    assert service["environment"]["DEMO"] == "0"


@pytest.mark.parametrize("name", OURS)
def test_it_may_write_to_its_folder_and_no_more(name):
    service = OURS[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["environment"]["TMPDIR"] == "/tmp"  # noqa: S108 - in the container
    assert {each.split(":")[1] for each in service["volumes"]} <= {"/var/lib/avviksflyt", "/var/backups/avviksflyt"}


def test_every_secret_comes_from_outside():
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if SECRETS.search(name) or name.endswith("PASS"):
                assert GIVEN.search(value), name
                assert not re.search(r"://[^@]*:[^@]+@", GIVEN.sub("", value)), name


def test_what_must_be_given_is_named_in_the_example_and_has_no_value_there():
    example = (DEPLOY / "env.example").read_text("utf-8")
    named = dict(line.split("=", 1) for line in example.splitlines() if line and not line.startswith("#"))
    assert set(named) == {name for name, _ in GIVEN.findall(FILE.read_text("utf-8"))}
    assert set(named.values()) == {""}
    assert "deploy/.env" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


def test_database_and_broker_are_reached_from_inside_alone():
    networks = yaml.safe_load(FILE.read_text("utf-8"))["networks"]
    assert networks["inside"]["internal"] is True
    for name in ("database", "broker"):
        assert SERVICES[name]["networks"] == ["inside"]
        assert "ports" not in SERVICES[name]
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_web_processes_do_not_work_and_each_can_be_stopped_alone():
    for name in ("web-1", "web-2"):
        assert SERVICES[name]["environment"]["WORKER"] == "none"
        assert SERVICES[name]["networks"]["inside"]["aliases"] == ["web"]
    assert "http://web:8080" in (DEPLOY / "nginx.conf").read_text("utf-8")


def test_an_unknown_command_or_option_is_noticed():
    for line in ("flask worker fly", "flask backup --fast", "celery -A app.worker.celery_app worker --fast", "rm -r x"):
        assert unknown(shlex.split(line)), line
        assert unknown(["sh", "-c", f"flask seed && {line}"]), line
