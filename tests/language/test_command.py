from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

from app.cli.workflow import group

FILES = Path(__file__).parent / "files"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def run():
    app = Flask("routine")
    app.config["WORKFLOW_FILE"] = FILES / "complete.yaml"
    app.cli.add_command(group)
    Babel(app, default_translation_directories=str(ROOT / "app" / "translations"))
    quiet = dict.fromkeys(("LC_ALL", "LC_MESSAGES", "LANG"))
    return lambda *words, **env: app.test_cli_runner().invoke(args=["workflow", *map(str, words)], env=quiet | env)


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


FAULTS = {
    "en": "1:1: there are no flows; one says how a case moves",
    "nb": "1:1: det er ingen flyter; en flyt sier hvordan en sak går videre, og minst én må til",
    "nn": "1:1: det er ingen flytar; ein flyt seier korleis ei sak går vidare, og minst éin må til",
}


@pytest.mark.parametrize(
    ("words", "env", "language"),
    [
        ([], {}, "en"),
        ([], {"LANG": "en_US.UTF-8"}, "en"),
        ([], {"LANG": "C.UTF-8"}, "en"),
        ([], {"LANG": "de_DE"}, "en"),
        ([], {"LANG": "nb_NO.UTF-8"}, "nb"),
        ([], {"LANG": "no_NO"}, "nb"),
        ([], {"LANG": "nb_NO.UTF-8", "LC_ALL": "nn_NO.UTF-8"}, "nn"),
        (["--language", "nn"], {"LANG": "nb_NO.UTF-8"}, "nn"),
        (["--language", "en"], {"LANG": "nb_NO.UTF-8"}, "en"),
        (["--language", "nb"], {}, "nb"),
    ],
)
def test_faults_are_told_in_the_language_of_the_shell(run, tmp_path, words, env, language):
    file = tmp_path / "routine.yaml"
    file.write_text("title: x\n")
    result = run("check", file, *words, **env)
    assert (result.exit_code, f"{file}:{FAULTS[language]}" in result.output) == (1, True), result.output


def test_warnings_and_order_are_told_in_norwegian(run):
    result = run("check", "--data", FILES / "data.yaml", "--language", "nb")
    assert result.exit_code == 0
    assert ": advarsel: ingen har rollen" in result.output
    assert result.output.endswith(": i orden\n")


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
