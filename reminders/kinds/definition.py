"""What makes up a kind of notice about a task, and the headings under which a letter puts them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from notices.kinds import Group
from portal.shared.verdicts import Sentence
from tasks.lifecycle import State

OVERDUE_GROUP = Group("overdue", gettext_lazy("Overdue"), 10)
URGED_GROUP = Group("urged", gettext_lazy("You are urged"), 20)
TO_CONFIRM = Group("submitted", gettext_lazy("Waiting for your confirmation"), 30)
TO_APPROVE = Group("proposed", gettext_lazy("Waiting for your approval"), 40)
TO_DECIDE = Group("asked", gettext_lazy("Waiting for your decision"), 45)
AT_RISK = Group("at_risk", gettext_lazy("At risk"), 48)
DUE_TODAY = Group("today", gettext_lazy("Due today"), 50)
DUE_SOON = Group("due_soon", gettext_lazy("Due soon"), 60)


@dataclass(frozen=True, kw_only=True)
class NoticeKind:
    """What a notice says, and what must still be true of its task and its reader when it is sent."""

    name: str
    label: Sentence
    group: Group
    # `%(by)s` stands for whoever did it, other names for values of the notice; a reason is added after it.
    sentence: Sentence
    what_to_do: Sentence = ""

    # The conditions, asked again just before a letter goes out.
    states: tuple[State, ...] = tuple(State)
    # What the person must still be allowed to do in the notice's body.
    permission: str = ""
    # The notice's body must still lead the task,
    lead_only: bool = True
    # or still help in it.
    helper_only: bool = False
    # A milestone of the notice's day must still be open.
    for_milestone: bool = False
    # The lead must still expect to be that late.
    while_at_risk: bool = False
    # The request, fan-out or cycle that it names must still wait for somebody.
    awaits_answer: bool = False
    # A leader in charge or a contact must still be missing.
    awaits_people: bool = False

    # The reader lost the task: that is the news, so they need not see it.
    access_ended: bool = False
    # Planned for a step before or after a deadline, under the policy of the body that gave the task.
    reminder: bool = False
    # Planned for those above the work, by the escalation of the same policy.
    escalation: bool = False
