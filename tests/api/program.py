"""A program that asks for somebody, and holds every answer against the document."""

import re

from jsonschema import Draft4Validator

from app.setup.accounts import DEMO_PASSWORD

ROOT = "/api/v1"


class Program:
    """`answer` is the latest one."""

    documents = {}

    def __init__(self, app, name=None, **headers):
        self.app = app
        self.client = app.test_client()
        self.headers = {"Accept-Language": "en", **headers}
        self.answer = None
        if name:
            self.sign_in(name)

    def sign_in(self, name, password=DEMO_PASSWORD):
        if self.post("/security/login", username=name, password=password) == 200:
            self.headers["Authorization"] = f"Bearer {self.json['access_token']}"
        return self.status

    @property
    def status(self):
        return self.answer.status_code

    @property
    def json(self):
        return self.answer.json

    def get(self, path, **query):
        self.answer = self.client.get(ROOT + path, query_string=query or None, headers=self.headers)
        self.check("get", path)
        return self.status

    def post(self, path, **body):
        self.answer = self.client.post(ROOT + path, json=body, headers=self.headers)
        self.check("post", path)
        return self.status

    def send(self, path, data, **headers):
        """Send anything at all."""
        self.answer = self.client.post(ROOT + path, data=data, headers={**self.headers, **headers})
        self.check("post", path)
        return self.status

    def move(self, number, name, kind="cases", version=None, **answers):
        self.get(f"/{kind}/{number}")
        seen = self.json.get("version", 1) if version is None else version
        return self.post(f"/{kind}/{number}/moves/{name}", version=seen, answers=answers)

    def document(self):
        if self.app not in self.documents:
            self.documents.clear()
            self.documents[self.app] = self.app.test_client().get(f"{ROOT}/_openapi").json
        return self.documents[self.app]

    def check(self, method, path):
        """The answer has a status and a shape that the document tells."""
        document = self.document()
        told = next((found for found in map(self._matching(path, method), document["paths"].items()) if found), None)
        if told is None:
            assert self.status in (404, 405), path
            return
        assert str(self.status) in told["responses"], f"{method} {path} answered {self.status}: {self.answer.text}"
        response = told["responses"][str(self.status)]
        if "$ref" in response:
            response = document["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
        for mime, content in response.get("content", {}).items():
            if mime == "application/octet-stream":
                return
            assert self.answer.mimetype == mime
            schema = {**nullable(content["schema"]), "components": nullable(document["components"])}
            Draft4Validator(schema).validate(self.answer.json)

    @staticmethod
    def _matching(path, method):
        def match(item):
            pattern, operations = item
            fits = re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), (ROOT + path).partition("?")[0])
            return operations.get(method) if fits else None

        return match


def nullable(schema):
    """The schema as JSON Schema says it: OpenAPI has a word of its own for null."""
    if isinstance(schema, list):
        return [nullable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: nullable(value) for name, value in schema.items() if name != "nullable"}
    return {"anyOf": [found, {"type": "null"}]} if schema.get("nullable") is True else found
