# SPDX-License-Identifier: Apache-2.0
"""docs/openapi.yaml as a judge: is an answer one that it describes, member by member?"""
import re

import jsonschema
import yaml

from world import ROOT

TEXT = (ROOT / "docs/openapi.yaml").read_text(encoding="utf-8")
DOC = yaml.safe_load(TEXT)


def resolve(node):
    while "$ref" in node:
        found = DOC
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def check(value, schema, what):
    """An additional member, a missing one, a wrong type or word is a failure."""
    judge = jsonschema.Draft202012Validator({**schema, "components": DOC["components"]})
    wrong = sorted(judge.iter_errors(value), key=lambda e: list(map(str, e.path)))
    assert not wrong, (what, [(list(e.path), e.message[:300]) for e in wrong[:5]])


def schema(name):
    return {"$ref": f"#/components/schemas/{name}"}


def operation(path, method="get"):
    return DOC["paths"][f"/{path}"][method]


def judge(answer, path, method="get"):
    """An answer of a path: its status is described, its headers are there, its body is as described."""
    responses = operation(path, method)["responses"]
    assert str(answer.status) in responses or ("default" in responses and answer.status >= 400), (path, answer.status, answer.body[:300])
    described = resolve(responses.get(str(answer.status)) or responses["default"])
    for name, header in described.get("headers", {}).items():
        header, value = resolve(header), answer.headers[name]
        assert value is not None or not header.get("required"), (path, answer.status, name)
        check(value, header["schema"], (path, name))
    content = described.get("content", {}).get("application/json")
    if content and answer.body:
        check(answer.json, content["schema"], f"{method} {path} {answer.status}")
    if not content:
        assert not answer.body, (path, answer.status, answer.body[:300])
    if answer.status in (429, 503):
        assert re.fullmatch("[0-9]+", answer.headers["Retry-After"] or ""), (path, dict(answer.headers))
    assert answer.headers["X-Content-Type-Options"] == "nosniff", path
    return answer


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for v in node.values():
            yield from references(v)
    elif isinstance(node, list):
        for v in node:
            yield from references(v)
