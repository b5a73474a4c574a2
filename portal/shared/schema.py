"""The documented API: the refusals that every operation shares, added to the schema in one place."""

from __future__ import annotations

from typing import Any

FIELD_ERRORS: dict[str, Any] = {
    "type": "object",
    "description": "The name of each field that is not right, with the sentences to show beside it.",
    "additionalProperties": {},
}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "Why the request was refused, as a sentence in the reader's language.",
    "properties": {
        "detail": {"type": "string"},
        "fields": {
            "type": "array",
            "items": {"type": "string"},
            "description": "With a stale version: what somebody else changed meanwhile.",
        },
    },
    "required": ["detail"],
}
ANSWERS = {
    "400": "Not valid: the sentences beside the fields.",
    "401": "Sign in first.",
    "403": "Not yours: the reason.",
    "404": "Not there, or not shown to you.",
    "409": "Not now: the state, or who changed it meanwhile.",
}
_METHODS = ("get", "post", "put", "patch", "delete")


def say_refusals(result: dict[str, Any], **_rest: Any) -> dict[str, Any]:
    """Add to every operation the refusals that it can answer."""
    result.setdefault("components", {}).setdefault("schemas", {}).update(
        {"FieldErrors": FIELD_ERRORS, "Problem": PROBLEM}
    )
    for path, operations in result["paths"].items():
        for method in set(operations) & set(_METHODS):
            operation = operations[method]
            for code in _codes(path, method, operation):
                operation["responses"].setdefault(code, _answer(code))
    return result


def _codes(path: str, method: str, operation: dict[str, Any]) -> list[str]:
    codes = ["401", "403"]
    if "requestBody" in operation or operation.get("parameters") or method == "get":
        codes.append("400")
    if "{" in path or method == "get":
        codes.append("404")
    if method != "get":
        codes.append("409")
    return sorted(codes)


def _answer(code: str) -> dict[str, Any]:
    problem = {"$ref": "#/components/schemas/Problem"}
    # Unreadable JSON has no field to stand beside.
    both = {"anyOf": [{"$ref": "#/components/schemas/FieldErrors"}, problem]}
    content = {"application/json": {"schema": both if code == "400" else problem}}
    return {"description": ANSWERS[code], "content": content}
