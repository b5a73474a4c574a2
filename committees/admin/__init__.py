"""People, bodies, offices and memberships in the admin. Nobody is deleted: locked, dissolved, ended."""

from committees.admin import bodies, labels, offices, people, terms

__all__ = ["bodies", "labels", "offices", "people", "terms"]
