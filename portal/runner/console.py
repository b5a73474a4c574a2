"""What a person at the terminal reads."""

import contextlib


class UserError(Exception):
    """Ends the program with one sentence that says what is missing and what to do."""


def print_line(text: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may be gone
        print(text, flush=True)
