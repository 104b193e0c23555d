"""The manifests: valid, complete, of one version, restricted, and naming only what is there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from config import VERSION
from tests.deploy.named import DEPLOY, SECRETS, settings, unknown

BIN = Path(sys.executable).parent
FOLDER = DEPLOY / "kubernetes"
EXAMPLE = FOLDER / "settings" / "secret.example.yaml"
LISTS = sorted(FOLDER.rglob("kustomization.yaml"))
FILES = sorted(set(FOLDER.rglob("*.yaml")) - set(LISTS))
THINGS = [(file, thing) for file in FILES for thing in yaml.safe_load_all(file.read_text("utf-8"))]
NAMED = {(thing["kind"], thing["metadata"]["name"]): thing for _, thing in THINGS}


def pods(tree):
    """Every pod's spec in a tree of manifests."""
    if isinstance(tree, dict):
        if "containers" in tree:
            yield tree
        for branch in tree.values():
            yield from pods(branch)


PODS = {name: pod for name, thing in NAMED.items() for pod in pods(thing)}
CONTAINERS = {name: pod["containers"][0] for name, pod in PODS.items()}


def test_they_are_valid():
    told = subprocess.run(
        [BIN / "kubernetes-validate", "--strict", *FILES], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout


def test_yamllint_has_nothing_to_say():
    told = subprocess.run(
        [BIN / "yamllint", "-c", DEPLOY / "yamllint.yaml", DEPLOY], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout


def test_every_file_is_in_a_list_but_the_example():
    listed = {(each.parent / name) for each in LISTS for name in yaml.safe_load(each.read_text("utf-8"))["resources"]}
    assert {each.resolve() for each in listed if each.suffix} == set(FILES) - {EXAMPLE}
    assert all(each.exists() for each in listed)


def test_every_list_brings_the_same_version():
    lists = [yaml.safe_load(each.read_text("utf-8")) for each in LISTS]
    images = [each["images"] for each in lists if "images" in each]
    assert len(images) == 2
    assert images[0] == images[1]
    assert images[0][0]["newTag"] == VERSION
    assert {each["namespace"] for each in lists} == {"avviksflyt"}
    assert {each["image"] for each in CONTAINERS.values()} == {images[0][0]["name"]}


def test_what_there_is():
    kinds = [("Deployment", name) for name in ("web", "worker", "beat")]
    assert set(PODS) == {*kinds, ("Job", "migrate"), ("CronJob", "backup"), ("CronJob", "verify")}
    replicas = [NAMED[kind]["spec"]["replicas"] for kind in kinds]
    assert replicas == [2, 2, 1]
    assert NAMED["Deployment", "beat"]["spec"]["strategy"] == {"type": "Recreate"}


@pytest.mark.parametrize("name", PODS, ids=str)
def test_a_pod_is_restricted_and_writes_where_it_may(name):
    pod, container = PODS[name], CONTAINERS[name]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is pod["enableServiceLinks"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    mounted = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
    assert mounted.items() >= {"var": "/var/lib/avviksflyt", "tmp": "/tmp"}.items()  # noqa: S108 - in the container
    assert set(mounted) == {each["name"] for each in pod["volumes"]}


@pytest.mark.parametrize("name", PODS, ids=str)
def test_a_pods_commands_volumes_and_settings_are_there(name):
    container = CONTAINERS[name]
    words = container.get("command", [])
    assert not words or unknown(words) == ""
    for source in container["envFrom"]:
        [(kind, wanted)] = source.items()
        assert ({"configMapRef": "ConfigMap", "secretRef": "Secret"}[kind], wanted["name"]) in NAMED
    for volume in PODS[name]["volumes"]:
        if claim := volume.get("persistentVolumeClaim"):
            assert ("PersistentVolumeClaim", claim["claimName"]) in NAMED


def test_settings_are_known_and_secrets_have_no_value():
    given = NAMED["ConfigMap", "settings"]["data"]
    hidden = NAMED["Secret", "secrets"]["stringData"]
    assert {*given, *hidden} <= settings()
    assert not [name for name in given if SECRETS.search(name) and name != "BASE_URL"]
    assert set(hidden.values()) == {""}
    assert given["WORKER"] == "none"


def test_a_database_that_is_away_restarts_no_web_process():
    web = CONTAINERS["Deployment", "web"]
    assert web["readinessProbe"]["httpGet"]["path"] == "/healthz"
    for probe in ("livenessProbe", "startupProbe"):
        assert web[probe]["httpGet"]["path"] == "/static/manifest.json"
    strategy = NAMED["Deployment", "web"]["spec"]["strategy"]["rollingUpdate"]
    assert strategy == {"maxUnavailable": 0, "maxSurge": 1}
    assert ("PodDisruptionBudget", "web") in NAMED


def test_what_chooses_pods_finds_some():
    labels = [
        thing["spec"]["template"]["metadata"]["labels"] for kind, thing in NAMED.items() if kind[0] == "Deployment"
    ]
    wanted = [NAMED["Service", "web"]["spec"]["selector"]]
    wanted += [
        thing["spec"]["selector"]["matchLabels"] for kind, thing in NAMED.items() if kind[0] == "PodDisruptionBudget"
    ]
    wanted += [
        thing["spec"]["podSelector"].get("matchLabels", {})
        for kind, thing in NAMED.items()
        if kind[0] == "NetworkPolicy"
    ]
    assert len(wanted) == 6
    for each in wanted:
        assert any(each.items() <= label.items() for label in labels), each


def test_links_that_open_cases_are_in_no_log_of_the_proxy():
    links = NAMED["Ingress", "links"]
    [rule] = links["spec"]["rules"]
    assert {path["path"] for path in rule["http"]["paths"]} == {"/follow", "/receipt"}
    assert links["metadata"]["annotations"]["nginx.ingress.kubernetes.io/enable-access-log"] == "false"
    text = "".join(file.read_text("utf-8") for file in FILES)
    assert not re.search(r"://\w+:[^@\s\"]+@(?!host)", text)
