"""What the tests of sign in share."""

from typing import Any

from django.test import Client

LOGIN = "/accounts/login/"


def sign_in(
    client: Client, name: str = "thuky", password: str = "demo", next: str = "", **headers: Any
) -> Any:
    return client.post(LOGIN, {"username": name, "password": password, "next": next}, **headers)
