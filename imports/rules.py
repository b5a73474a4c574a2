"""Who may import a received file under an order, correct it, write it and take it back."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audit.models import Event
from committees.access import Asker
from imports.models import Import
from portal.shared.verdicts import Verdict, not_now
from tasks.models import Order, Task
from tasks.rules import may_draft

ISSUING_EVENTS = ("task_assigned", "task_approval_recorded")


def may_import(person: Asker, order: Order) -> Verdict:
    """Those who enter the orders of a body read a received file into drafts under one."""
    return may_draft(person, order.body)


def may_correct_import(person: Asker, imported: Import) -> Verdict:
    """Those who enter the orders of a body correct what was read, and write it, until it is written."""
    return _may_in_states(person, imported, Import.State.READY)


def may_name_columns(person: Asker, imported: Import) -> Verdict:
    """Those who enter the orders of a body say what columns of a file mean, until it is written."""
    return _may_in_states(person, imported, Import.State.READY, Import.State.FAILED)


def may_drop_import(person: Asker, imported: Import) -> Verdict:
    """Those who enter the orders of a body drop a file that is not written."""
    return _may_in_states(person, imported, *Import.DROPPABLE_STATES)


def may_undo_import(person: Asker, imported: Import) -> Verdict:
    """Those who enter the orders of a body take a file's drafts back, if none of them was ever issued."""
    verdict = _may_in_states(person, imported, Import.State.WRITTEN)
    if not verdict:
        return verdict
    if issued := _first_issued(imported):
        return not_now(
            _("%(task)s of this import was issued. Withdraw single tasks instead.") % {"task": issued.code}
        )
    if not imported.drafts().exists():
        return not_now(_("This import made no drafts: there is nothing to take back."))
    return verdict


def _first_issued(imported: Import) -> Task | None:
    """A draft of it that was ever issued: one that was recalled since has a history too."""
    issuing = Event.objects.filter(about_type="tasks.task", verb__in=ISSUING_EVENTS)
    return imported.drafts().filter(pk__in=issuing.values("about_id")).order_by("pk").first()


def _may_in_states(person: Asker, imported: Import, *states: str) -> Verdict:
    verdict = may_import(person, imported.order)
    if verdict and imported.state not in states:
        state = {"state": imported.get_state_display()}
        return not_now(_("Not in this state: the import is %(state)s.") % state)
    return verdict
