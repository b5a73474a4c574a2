"""Addresses that both sides of a measurement use."""

LIST = "/api/tasks/?standing=overdue"
