"""Which role holds which permission on its body: the default that each body can change (DESIGN §3)."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    HEAD = "head", _("head")
    STANDING_DEPUTY = "standing_deputy", _("standing deputy head")
    DEPUTY = "deputy", _("deputy head")
    STANDING_MEMBER = "standing_member", _("standing member")
    MEMBER = "member", _("member")
    SECRETARY = "secretary", _("secretary")
    ASSISTANT = "assistant", _("assistant")
    OFFICER = "officer", _("officer")
    INSPECTOR = "inspector", _("inspector")


_OF_A_TEAM = {
    Role.HEAD: pgettext_lazy("team", "head"),
    Role.STANDING_DEPUTY: pgettext_lazy("team", "standing deputy head"),
    Role.DEPUTY: pgettext_lazy("team", "deputy head"),
    Role.STANDING_MEMBER: pgettext_lazy("team", "standing member"),
    Role.MEMBER: pgettext_lazy("team", "member"),
}
_OF_AN_AGENCY = {
    Role.HEAD: pgettext_lazy("agency", "head"),
    Role.STANDING_DEPUTY: pgettext_lazy("agency", "standing deputy head"),
    Role.DEPUTY: pgettext_lazy("agency", "deputy head"),
    Role.STANDING_MEMBER: pgettext_lazy("agency", "standing member"),
    Role.MEMBER: pgettext_lazy("agency", "member"),
}
_WORDS = {"working_group": _OF_A_TEAM, "support_team": _OF_A_TEAM, "agency": _OF_AN_AGENCY}


def role_label(role: Role, kind: str) -> str:
    """The role in the words of its kind of body: only a committee has a Trưởng Ban."""
    return str(_WORDS.get(kind, {}).get(role, role.label))


# Codename on Body → what it allows, in the order the admin lists them.
PERMISSIONS = {
    "view_tasks": _("see the tasks the body gave or received"),
    "draft_tasks": _("enter orders and prepare tasks"),
    "assign_tasks": _("approve drafts: only then the lead sees the task"),
    "assign_tasks_in_own_field": _("approve drafts of the field in charge"),
    "record_approval": _("record that the head approved on paper"),
    "edit_issued_tasks": _("change lead, deadline or deliverable after issue"),
    "work_on_tasks": _("accept, decline, report progress and add evidence, as lead body"),
    "submit_tasks": _("report complete, ask for extension, as lead body"),
    "contribute_to_tasks": _("comment and attach"),
    "confirm_tasks": _("confirm or send back, as assigner"),
    "decide_extensions": _("decide on extensions, as assigner"),
    "suspend_tasks": _("suspend, resume, recall and withdraw, as assigner"),
    "urge_tasks": _("send a reminder by hand"),
    "manage_members": _("keep the members and policies of the body"),
    "view_subtree": _("read every body below"),
    "view_audit": _("read the audit trail of the body"),
}

_EVERYBODY = {"view_tasks"}
_CONTRIBUTOR = _EVERYBODY | {"contribute_to_tasks"}
_WORKER = _CONTRIBUTOR | {"work_on_tasks", "submit_tasks"}
_LEADER = _WORKER | {
    "assign_tasks",
    "edit_issued_tasks",
    "confirm_tasks",
    "decide_extensions",
    "suspend_tasks",
    "urge_tasks",
    "view_subtree",
    "view_audit",
}

DEFAULTS: dict[Role, frozenset[str]] = {
    Role.HEAD: frozenset(_LEADER | {"manage_members"}),
    Role.STANDING_DEPUTY: frozenset(_LEADER),
    Role.DEPUTY: frozenset(
        _CONTRIBUTOR | {"assign_tasks_in_own_field", "confirm_tasks", "urge_tasks", "view_subtree"}
    ),
    Role.STANDING_MEMBER: frozenset(_CONTRIBUTOR | {"urge_tasks"}),
    Role.MEMBER: frozenset(_CONTRIBUTOR),
    Role.SECRETARY: frozenset(
        (_LEADER - {"assign_tasks", "decide_extensions"})
        | {"draft_tasks", "record_approval", "manage_members"}
    ),
    Role.ASSISTANT: frozenset(_CONTRIBUTOR | {"draft_tasks", "urge_tasks"}),
    Role.OFFICER: frozenset(_WORKER),
    Role.INSPECTOR: frozenset(_EVERYBODY | {"view_subtree", "view_audit"}),
}

# Who decides whether a task is given holds more than those who prepare or record that decision.
_IMPLIED = {"assign_tasks": frozenset({"draft_tasks", "assign_tasks_in_own_field", "record_approval"})}


def with_implied(permissions: Collection[str]) -> frozenset[str]:
    """The permissions with the lesser ones that each stands above, where two offices are compared."""
    return frozenset(permissions).union(*(_IMPLIED.get(name, ()) for name in permissions))


# Who reads a restricted task, in the bodies that have a part in it (DESIGN §4).
RESTRICTED_READERS = (Role.HEAD, Role.SECRETARY, Role.OFFICER)
