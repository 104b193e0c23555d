from pathlib import Path

import pytest
from flask import Flask

from app.cli.workflow import group

FILES = Path(__file__).parent / "files"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def run():
    app = Flask("routine")
    app.config["WORKFLOW_FILE"] = FILES / "complete.yaml"
    app.cli.add_command(group)
    return lambda *words: app.test_cli_runner().invoke(args=["workflow", *map(str, words)])


def test_a_file_in_order(run):
    result = run("check")
    assert (result.exit_code, result.output) == (0, f"{FILES / 'complete.yaml'}: in order\n")


def test_errors_are_told_and_counted_by_the_exit_code(run, tmp_path, complete):
    file = tmp_path / "routine.yaml"
    file.write_text(complete.replace("to: opne", "").replace("lable", "").replace("by: dean, again", "by: daen, again"))
    result = run("check", file)
    assert (result.exit_code, result.output) == (1, f'{file}:47:59: unknown party "daen" (Did you mean "dean"?)\n')


def test_with_data_both_files_are_checked(run, tmp_path):
    data = tmp_path / "data.yaml"
    data.write_text((FILES / "data.yaml").read_text().replace("{to: contact}", "{to: handlr}"))
    result = run("check", FILES / "complete.yaml", "--data", data)
    assert result.exit_code == 1
    assert 'routing in data leads to "handlr", which is no role here; add it' in result.output


def test_warnings_dont_fail(run):
    result = run("check", "--data", FILES / "data.yaml")
    assert result.exit_code == 0
    assert "warning: nobody holds the role" in result.output


def test_a_flow_is_drawn(run):
    assert run("draw").output.startswith('stateDiagram-v2\n    state "Received" as received\n')
    assert '"Assigned" as assigned' in run("draw", "action").output


def test_an_unknown_flow_is_refused(run):
    result = run("draw", "cases")
    assert (result.exit_code, 'no flow "cases"; there is case, praise, action' in result.output) == (2, True)


def test_a_broken_file_isnt_drawn(run, tmp_path):
    file = tmp_path / "routine.yaml"
    file.write_text("title: x\n")
    result = run("draw", "--file", file)
    assert (result.exit_code, "there are no flows" in result.output) == (1, True)
