"""What the tests of orders pages share."""

from __future__ import annotations

import html
import re
from typing import Any

from django.test import Client

from committees.models import Person


def signed_in(client: Client, person: Person) -> Client:
    person.language = "en"
    person.save(update_fields=["language"])
    client.force_login(person)
    return client


def text_of(response: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))
