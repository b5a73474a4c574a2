"""What the tests of wizard share."""

from __future__ import annotations

import html
import re
from typing import Any

from django.test import Client

from committees.models import Person
from imports.types import Problem

People = dict[str, Person]


def signed_in(client: Client, person: Person) -> Client:
    Person.objects.filter(pk=person.pk).update(language="en")
    client.force_login(person)
    return client


def text_of(response: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


NO_YEAR = Problem("due", "due_no_year", {"words": "30/6"})
