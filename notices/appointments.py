"""An appointment is told to the head of the body and of the one above; a proposed one to administrators.

So is what the only administrator did to their own advantage: of that the nearest hear, however far above.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from committees import access, appointment_hooks
from committees.appointment_hooks import Appointment, BreakGlass
from committees.models import Body, Membership, Office, Person, ProposedTerm
from committees.roles import Role
from notices import drop_reasons, kinds
from notices.actions import owe
from notices.drop_reasons import DropReason
from notices.kinds import Group, Kind, Line
from notices.models import Notice
from portal.shared.days import format_day, today

APPOINTED, PROPOSED, BREAK_GLASS = "appointed", "term_proposed", "break_glass"
GROUP = Group("appointments", gettext_lazy("Appointments"), 85)


class AppointmentReason(DropReason):
    """Nobody need be told of an appointment any more."""

    TAKEN_BACK = "term_taken_back", gettext_lazy("The term was taken back.")
    NOT_CONCERNED = (
        "not_concerned",
        gettext_lazy("This person is no longer head of the body or of the one above it."),
    )
    DECIDED = "proposal_decided", gettext_lazy("Another administrator has decided on it.")
    NOT_ADMINISTRATOR = "not_administrator", gettext_lazy("This person is no longer an administrator.")


def notify_appointed(appointment: Appointment) -> None:
    """Tell everybody concerned but the one who did it."""
    term, by = appointment.term, appointment.by
    body = term.office.body
    owe(
        _recipients(body, by, own=appointment.own),
        APPOINTED,
        about=term,
        occasion=f"{timezone.now():%Y%m%d%H%M%S%f}",
        body=body,
        data={"by": str(by), "new": appointment.new, "own": appointment.own},
    )


def notify_break_glass(act: BreakGlass) -> None:
    """Tell the heads of these bodies, each of them once."""
    occasion = f"{timezone.now():%Y%m%d%H%M%S%f}"
    for body in act.bodies:
        owe(
            _recipients(body, act.by, own=True),
            BREAK_GLASS,
            about=act.about,
            occasion=occasion,
            body=body,
            data={"by": str(act.by), "own": True},
        )


def notify_proposed(proposal: ProposedTerm) -> None:
    owe(_administrators().exclude(pk=proposal.person_id), PROPOSED, about=proposal, occasion="proposed")


def _administrators() -> QuerySet[Person]:
    return Person.objects.filter(Q(is_staff=True) | Q(is_superuser=True), is_active=True).order_by("pk")


def _recipients(body: Body, by: Person, *, own: bool) -> QuerySet[Person]:
    """Everybody concerned but the one who did it; of what they did for themself the nearest, if need be."""
    on = today()
    concerned = _concerned([body], on)[body.pk] - {by.pk}
    if own and not concerned:
        above = Body.objects.in_bulk(body.ancestor_ids())
        circles = (_concerned([above[pk]], on)[pk] - {by.pk} for pk in reversed(body.ancestor_ids()))
        concerned = next((people for people in circles if people), set())
    return Person.objects.filter(pk__in=concerned).order_by("pk")


def _concerned(bodies: Iterable[Body], on: date) -> dict[int, set[int]]:
    """Body key → the heads of the body and of the one above it, and who keeps its members."""
    bodies = list(bodies)
    above = {body.pk: body.parent_id for body in bodies}
    heads = Membership.objects.holding_on(on).filter(
        office__role=Role.HEAD, office__body__in={*above, *filter(None, above.values())}
    )
    by_body: dict[int, set[int]] = {}
    for body_id, person_id in heads.values_list("office__body_id", "person_id"):
        by_body.setdefault(body_id, set()).add(person_id)
    keepers = access.people_of_many("manage_members", list(above), on)
    return {
        pk: by_body.get(pk, set()) | by_body.get(parent or 0, set()) | set(keepers.get(pk, ()))
        for pk, parent in above.items()
    }


def recheck_appointed(notices: Sequence[Notice], on: date) -> dict[int, DropReason]:
    terms = Membership.objects.in_bulk({notice.about_id for notice in notices})
    reasons = recheck_break_glass(notices, on)
    taken_back = [notice.pk for notice in notices if notice.about_id not in terms]
    return {**reasons, **dict.fromkeys(taken_back, AppointmentReason.TAKEN_BACK)}


def recheck_break_glass(notices: Sequence[Notice], on: date) -> dict[int, DropReason]:
    """Who is concerned no longer; of their own act a head or keeper anywhere above is."""
    bodies = Body.objects.in_bulk({notice.body_id for notice in notices})
    chains = {pk: {pk, *body.ancestor_ids()} for pk, body in bodies.items()}
    concerned = _concerned(Body.objects.filter(pk__in=set().union(*chains.values())), on)
    reasons: dict[int, DropReason] = {}
    for notice in notices:
        key = notice.body_id or 0
        places = chains.get(key, set()) if notice.data["own"] else {key}
        if not any(notice.person_id in concerned.get(place, ()) for place in places):
            reasons[notice.pk] = AppointmentReason.NOT_CONCERNED
    return reasons


def recheck_proposed(notices: Sequence[Notice], on: date) -> dict[int, DropReason]:
    waiting = ProposedTerm.objects.filter(
        pk__in={notice.about_id for notice in notices}, state=ProposedTerm.State.WAITING
    )
    open_ids = set(waiting.values_list("pk", flat=True))
    administrators = set(_administrators().values_list("pk", flat=True))
    reasons: dict[int, DropReason] = {
        notice.pk: AppointmentReason.DECIDED for notice in notices if notice.about_id not in open_ids
    }
    for notice in notices:
        if notice.person_id not in administrators:
            reasons.setdefault(notice.pk, AppointmentReason.NOT_ADMINISTRATOR)
    return reasons


def compose_appointed(notices: Sequence[Notice], on: date) -> dict[int, Line]:
    terms = Membership.objects.select_related("person", "office__body", "absence__person").in_bulk(
        {notice.about_id for notice in notices}
    )
    return {notice.pk: _appointed(notice, terms.get(notice.about_id)) for notice in notices}


def _appointed(notice: Notice, term: Membership | None) -> Line:
    if term is None:
        return Line(_("An appointment"), str(AppointmentReason.TAKEN_BACK.label), reverse("bodies:list"))
    sentence = (
        _("%(by)s appointed this person: %(office)s, %(days)s.")
        if notice.data["new"]
        else _("%(by)s changed the term of this person: %(office)s, %(days)s.")
    )
    values = {"by": notice.data["by"], "office": term.office, "days": _days(term)}
    if term.absence:
        sentence = (
            _("%(by)s named this person as deputy of %(absent)s: %(office)s, %(days)s.")
            if notice.data["new"]
            else _("%(by)s changed the days of this deputy of %(absent)s: %(office)s, %(days)s.")
        )
        values["absent"] = term.absence.person
    what_to_do = _("If this is not right, ask whoever appointed, the body above or an administrator.")
    if notice.data["own"]:
        what_to_do = _own_act()
    return Line(str(term.person), sentence % values, term.office.body.get_absolute_url(), what_to_do)


def _own_act() -> str:
    return _("The only administrator did this for themself. It is marked in the audit trail; look at it.")


def compose_break_glass(notices: Sequence[Notice], on: date) -> dict[int, Line]:
    subjects: dict[str, dict[int, Office] | dict[int, Body] | dict[int, Person]] = {}
    for model in (Office, Body, Person):
        label = model._meta.label_lower
        keys = {notice.about_id for notice in notices if notice.about_type == label}
        subjects[label] = model.objects.in_bulk(keys)
    bodies = Body.objects.in_bulk({notice.body_id for notice in notices})
    lines: dict[int, Line] = {}
    for notice in notices:
        about = subjects[notice.about_type][notice.about_id]
        lines[notice.pk] = _break_glass(notice, about, bodies[notice.body_id or 0])
    return lines


def _break_glass(notice: Notice, about: Office | Body | Person, body: Body) -> Line:
    match about:
        case Office():
            sentence = _("%(by)s changed what this office may do, and holds it.")
        case Body():
            sentence = _("%(by)s moved this body under one in which they hold an office.")
        case _:
            sentence = _("%(by)s changed the e-mail address of this person and had a letter sent to it.")
    title = capfirst(str(about))
    return Line(title, sentence % {"by": notice.data["by"]}, body.get_absolute_url(), _own_act())


def compose_proposed(notices: Sequence[Notice], on: date) -> dict[int, Line]:
    proposals = ProposedTerm.objects.select_related("person", "office__body").in_bulk(
        {notice.about_id for notice in notices}
    )
    return {notice.pk: _proposed(proposals[notice.about_id]) for notice in notices}


def _proposed(proposal: ProposedTerm) -> Line:
    return Line(
        title=str(proposal.person),
        sentence=_("An administrator proposes an office for themself: %(office)s, %(days)s.")
        % {"office": capfirst(str(proposal.office)), "days": _days(proposal)},
        url=reverse("admin:committees_proposedterm_change", args=[proposal.pk]),
        what_to_do=_("Appoint as proposed, or refuse it."),
    )


def _days(term: Membership | ProposedTerm) -> str:
    values = {"first": format_day(term.starts_on)}
    if term.ends_on is None:
        return _("from %(first)s") % values
    return _("from %(first)s to %(last)s") % {**values, "last": format_day(term.ends_on)}


def register() -> None:
    kinds.register(
        Kind(
            APPOINTED,
            gettext_lazy("Somebody appointed"),
            900,
            GROUP,
            recheck_appointed,
            compose_appointed,
            duty=True,
        ),
        Kind(
            PROPOSED,
            gettext_lazy("An administrator's own appointment waits"),
            901,
            GROUP,
            recheck_proposed,
            compose_proposed,
            duty=True,
        ),
        Kind(
            BREAK_GLASS,
            gettext_lazy("The only administrator did something for themself"),
            902,
            GROUP,
            recheck_break_glass,
            compose_break_glass,
            duty=True,
        ),
    )
    drop_reasons.register(AppointmentReason)
    appointment_hooks.register(notify_appointed, notify_proposed, notify_break_glass)
