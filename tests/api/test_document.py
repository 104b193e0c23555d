import json
import re

import pytest

from tests.matrix.crossing import rules

PLACEHOLDER = re.compile(r"<(?:\w+:)?(\w+)>")


def test_the_document_tells_every_address_and_no_other(full_house, program):
    document = program().document()
    told = {(method.upper(), path) for path, found in document["paths"].items() for method in found}
    there = {(method, PLACEHOLDER.sub(r"{\1}", rule)) for method, rule in rules(full_house) if rule.startswith("/api/")}
    assert told == there


def test_the_document_says_what_each_operation_asks_and_answers(program):
    document = program().document()
    assert (document["openapi"], document["info"]["title"]) == ("3.0.3", "Avviksflyt")
    move = document["paths"]["/api/v1/cases/{number}/moves/{transition}"]["post"]
    assert set(move["responses"]) == {"200", "400", "401", "403", "404", "409", "413", "422"}
    assert move["security"] == [{"bearer": []}]
    assert document["paths"]["/api/v1/security/login"]["post"]["security"] == []
    text = json.dumps(document)
    for name in [part.split('"')[0] for part in text.split("#/components/schemas/")[1:]]:
        assert name in document["components"]["schemas"]
    for code in [part.split('"')[0] for part in text.split("#/components/responses/")[1:]]:
        assert code in document["components"]["responses"]


@pytest.mark.parametrize("path", ["/nothing", "/cases/", "/cases/1/moves", "/../cases"])
def test_an_address_that_is_not_there_is_a_problem(program, path):
    desk = program("desk")
    assert desk.get(path) == 404
    assert desk.answer.mimetype == "application/problem+json"
    assert desk.json["status"] == 404


def test_a_way_of_asking_that_is_not_there_says_which_are(program):
    desk = program("desk")
    answer = desk.client.delete("/api/v1/cases", headers=desk.headers)
    assert answer.status_code == 405
    assert answer.mimetype == "application/problem+json"
    assert set(answer.headers["Allow"].replace(" ", "").split(",")) == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize(("language", "title"), [("nb", "Logg inn først"), ("en", "Log in first")])
def test_problems_are_told_in_the_readers_language(program, language, title):
    nobody = program()
    nobody.headers["Accept-Language"] = language
    nobody.get("/cases")
    assert nobody.json == {"type": "about:blank", "title": title, "status": 401}


def test_a_fault_of_ours_is_a_problem_and_tells_nothing(full_house, program, monkeypatch):
    desk = program("desk")
    full_house.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr("app.api.shown.Shown.row", lambda self: 1 / 0)
    answer = desk.client.get("/api/v1/cases", headers=desk.headers)
    assert answer.status_code == 500
    assert answer.json["title"] == "Something broke at our end" or answer.json["status"] == 500
    assert "ZeroDivision" not in answer.text


def test_the_routine_is_told_as_it_is_declared(program):
    student = program("student_idi")
    assert student.get("/routine") == 200
    case, action = student.json["flows"]
    assert (case["name"], action["part_of"]) == ("case", ["case"])
    [close] = [each for each in case["transitions"] if each["name"] == "close"]
    assert close["from"] == ["in_progress"]
    assert (close["to"], close["required"], close["guards"]) == ("closed", ["summary"], ["every_action_is_settled"])
    [severity] = [each for each in student.json["fields"] if each["name"] == "severity"]
    assert [each["name"] for each in severity["choices"]] == ["low", "medium", "high"]
