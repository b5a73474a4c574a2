"""Addresses that both sides of a measurement use."""

LIST = "/api/tasks/?standing=overdue"
# The frame of every page around one small form: it reads the session, the person and what the header shows.
FLOOR = "/accounts/password/"
