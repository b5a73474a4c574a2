"""What the tests of task pages share."""

from __future__ import annotations

import html
import re

from django.test import Client


def signed_in(client: Client, person) -> Client:
    person.language = "en"
    person.save(update_fields=["language"])
    client.force_login(person)
    return client


def text_of(response) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))
