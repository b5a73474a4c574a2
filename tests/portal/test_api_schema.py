"""The documented API: valid OpenAPI 3.1 that names every address, verb and refusal."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, get_resolver
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from committees.models import Person
from portal import api
from portal.shared.api import Nowhere
from tasks.lists.filters import TaskFilter
from tasks.models import Task
from tasks.verbs import VERBS
from tests.support.api import Api
from tests.support.people import TaskAt

pytestmark = pytest.mark.once

KEYS = {"id": 1, "code": "LEAD", "evidence_pk": 1, "fan_out_pk": 1, "relation_pk": 1, "run": 1}
UNDOCUMENTED = {"schema", "nowhere"}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return document


def routes() -> dict[str, URLPattern]:
    return {str(pattern.name): pattern for pattern in api.urlpatterns if isinstance(pattern, URLPattern)}


def operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, what) for path, methods in schema["paths"].items() for method, what in methods.items()
    ]


def test_it_is_valid_and_without_a_warning(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")
    validate_schema(schema)
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=StringIO())


def test_every_address_is_in_it(schema: dict[str, Any]) -> None:
    resolver = get_resolver()
    for path in schema["paths"]:
        address = path.format(**KEYS)
        assert resolver.resolve(address).url_name in routes(), path
    found = {resolver.resolve(path.format(**KEYS)).url_name for path in schema["paths"]}
    assert found == set(routes()) - UNDOCUMENTED


def test_every_verb_is_in_it(schema: dict[str, Any]) -> None:
    for verb in VERBS:
        operation = schema["paths"][f"/api/tasks/{{id}}/{verb.replace('_', '-')}/"]["post"]
        assert operation["operationId"] == f"tasks_{verb}"
        assert operation["description"] == VERBS[verb].rule.__doc__
        assert {"200", "204", "400", "401", "403", "404", "409"} <= set(operation["responses"])


def test_every_filter_of_the_list_is_in_it(schema: dict[str, Any]) -> None:
    for path, more in (("/api/tasks/", {"page", "page_size", "ordering"}), ("/api/tasks/tally/", set())):
        names = {parameter["name"] for parameter in schema["paths"][path]["get"]["parameters"]}
        assert names == set(TaskFilter.base_filters) | more


def test_refusals_are_documented(schema: dict[str, Any]) -> None:
    problem = {"$ref": "#/components/schemas/Problem"}
    for path, method, operation in operations(schema):
        answers = operation["responses"]
        assert {"401", "403"} <= set(answers), (path, method)
        assert answers["403"]["content"]["application/json"]["schema"] == problem
        assert ("409" in answers) == (method != "get")
        assert ("404" in answers) or "{" not in path


def test_names_are_stable(schema: dict[str, Any]) -> None:
    """Numbered or hashed names would change whenever something else is added."""
    names = set(schema["components"]["schemas"])
    assert {"State", "Standing", "Role", "BodyKind", "OrderKind", "DueKind", "EvidenceKind"} <= names
    assert not [name for name in names if "Enum" in name and name not in {"NullEnum", "BlankEnum"}]
    ids = [operation["operationId"] for _path, _method, operation in operations(schema)]
    assert len(ids) == len(set(ids))
    assert not [name for name in ids if name[-1].isdigit()]


def test_an_answer_is_what_the_document_says(
    schema: dict[str, Any], people: dict[str, Person], task_at: TaskAt
) -> None:
    task: Task = task_at("submitted")
    for name, path in (("TaskDetail", f"tasks/{task.pk}/"), ("TallyOut", "tasks/tally/"), ("Me", "me/")):
        answer = Api(people["secretary"]).get(path).json()
        assert set(answer) == set(schema["components"]["schemas"][name]["properties"])


def test_the_document_is_served_to_those_who_signed_in(people: dict[str, Person]) -> None:
    assert Api(people["member"]).get("schema/").json()["openapi"].startswith("3.1")
    assert Api().get("schema/").status_code == 401


def test_nobody_gets_in_without_signing_in(db: None) -> None:
    client = Client()
    for name, pattern in routes().items():
        path = "/api/" + {"nowhere": "x"}.get(name, str(pattern.pattern).strip("^$\\Z"))
        path = re.sub(r"\(\?P<\w+>\[\^/\]\+\)", "1", path)
        answer = client.get(path)
        assert answer.status_code == 401, path
        assert list(answer.json()) == ["detail"]
        assert client.post(path, {}).status_code == 401, path


def test_any_other_address_answers_in_json(people: dict[str, Person]) -> None:
    api = Api(people["admin"])
    for path in ("", "tasks", "tasks/1/approve-all/", "users/", "docs/"):
        for answer in (api.get(path), api.post(path)):
            assert (answer.status_code, list(answer.json())) == (404, ["detail"]), path
    assert Nowhere.metadata_class is None
    assert api.client.options("/api/tasks/").status_code == 405
