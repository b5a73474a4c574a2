"""Who may keep bodies and their members; and that nobody gives power to themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.models import Event
from committees import access
from committees.access import Asker
from committees.models import Body, Membership, MembershipQuerySet, Office, Person, ProposedTerm
from committees.roles import PERMISSIONS, Role, with_implied
from portal.shared.days import today
from portal.shared.verdicts import YES, Sentence, Verdict, granted, no, not_now

# For so long a removed administrator still counts, or somebody could first make themselves the only one.
MEMORY_OF_REMOVALS = timedelta(days=30)


def may_manage_members(person: Asker, body: Body) -> Verdict:
    """The head and the secretary keep the members of their body; administrators those of any body."""
    if person.is_active and person.is_staff:
        return YES
    otherwise = _("Only the head or the secretary of this body, or an administrator, can change its members.")
    return granted(access.right(person, "manage_members", body), otherwise)


def may_keep_papers(person: Asker, body: Body) -> Verdict:
    """The head and the secretary say how their orders are read and their documents look."""
    if person.is_active and person.is_staff:
        return YES
    otherwise = _("Only the head or the secretary of this body, or an administrator, can change this.")
    return granted(access.right(person, "manage_members", body), otherwise)


def may_name_bodies(person: Asker, reader: Body | None) -> Verdict:
    """Who prepares a body's tasks says whom a name in its papers means; administrators, for everybody."""
    if person.is_active and person.is_staff:
        return YES
    if reader is None:
        return no(_("Only an administrator can say whom a name means for everybody."))
    permissions = ("draft_tasks", "manage_members")
    right = access.own_first(access.right(person, permission, reader) for permission in permissions)
    otherwise = _("Only those who prepare the tasks of this body can say whom a name in its papers means.")
    return granted(right, otherwise)


def may_view_members(person: Asker, body: Body) -> Verdict:
    """Members are shown to their own body, to those who oversee it, and to the bodies under it."""
    # The right first: what the page read of it already costs no query.
    if access.allows(person, "view_tasks", body) or access.member_readers(person).filter(pk=body.pk).exists():
        return YES
    return no(
        _("The members of this body are shown to its own members and to the bodies above and below it.")
    )


def may_administer(person: Asker) -> Verdict:
    """Administrators run people, bodies, offices and the calendar."""
    if person.is_active and person.is_staff:
        return YES
    return no(_("Only an administrator can do this."))


def is_administrator(person: Asker) -> bool:
    """Staff and superusers, while their account is open."""
    return bool(person.is_active and (person.is_staff or person.is_superuser))


def has_second_administrator(by: Person) -> bool:
    """Is there anybody else who could decide on what this administrator does for themself?"""
    others = Person.objects.filter(Q(is_staff=True) | Q(is_superuser=True)).exclude(pk=by.pk)
    if others.filter(is_active=True).exists():
        return True
    unmade = Q(before__is_staff=True) | Q(before__is_superuser=True)
    removed = Event.objects.filter(
        Q(verb="person_left") | Q(verb="person_changed") & (Q(before__is_active=True) | unmade),
        by=by,
        about_type=Person._meta.label_lower,
        at__gte=timezone.now() - MEMORY_OF_REMOVALS,
    ).exclude(about_id=by.pk)
    return removed.filter(unmade).exists() or others.filter(pk__in=removed.values("about_id")).exists()


def may_act_for_oneself(by: Person, reason: Sentence) -> Verdict:
    """Nobody gives themselves power. Where there is only one administrator they may, and it is marked."""
    return YES if is_administrator(by) and not has_second_administrator(by) else no(reason)


def may_appoint_in(by: Person, body: Body) -> Verdict:
    """Who keeps the members of a body, or of one above it, fills its offices; the head only from above."""
    keeps = may_manage_members(by, body)
    from_above = None if keeps else access.right_above(by, "manage_members", body)
    return Verdict(True, right=from_above) if from_above else keeps


def may_appoint_head(by: Person, body: Body) -> Verdict:
    """The head of a body is appointed by a body above it, or by an administrator."""
    if is_administrator(by):
        return YES
    otherwise = _("The head of a body is appointed by the body above it, or by an administrator.")
    return granted(access.right_above(by, "manage_members", body), otherwise)


def may_create_body_below(by: Person, body: Body) -> Verdict:
    """Who keeps the members of a body, or of one above it, makes the bodies right below it."""
    if not may_appoint_in(by, body):
        return no(
            _("Only who keeps the members of this body or of one above it, or an administrator, does this.")
        )
    if body.is_dissolved(today()):
        return not_now(_("This body no longer exists: nothing is made below it."))
    return may_appoint_in(by, body)


def may_edit_body_below(by: Person, body: Body) -> Verdict:
    """How a body is called is written by who keeps the members of a body above it, or an administrator."""
    if is_administrator(by):
        return YES
    otherwise = _("The name of a body is changed by who keeps the members of a body above it.")
    return granted(access.right_above(by, "manage_members", body), otherwise)


def may_keep_office(by: Person, office: Office, permissions: Collection[str] | None = None) -> Verdict:
    """Nobody fills an office that may do more than theirs; a head is appointed from above.

    `permissions` are those of the office, where they were read already.
    """
    if is_administrator(by):
        return YES
    if office.role == Role.HEAD:
        return may_appoint_head(by, office.body)
    # Who appoints the head of a body gives nobody more by filling the other offices of it.
    from_above = access.right_above(by, "manage_members", office.body)
    keeps = may_manage_members(by, office.body)
    if not keeps:
        return Verdict(True, right=from_above) if from_above else keeps
    held = with_implied(access.grants(by).get(office.body_id, frozenset()))
    beyond = set(access.permissions_of(office) if permissions is None else permissions) - held
    if not beyond:
        return keeps
    if from_above:
        return Verdict(True, right=from_above)
    reason = _(
        "This office may do what yours may not: %(rights)s."
        " The head of the body or an administrator fills it."
    )
    rights = ", ".join(str(words) for name, words in PERMISSIONS.items() if name in beyond)
    return no(reason % {"rights": rights})


def may_fill_office(
    by: Person, person: Person, office: Office, permissions: Collection[str] | None = None
) -> Verdict:
    """Who keeps an office says who holds it and how long; nobody says it of themself."""
    keeps = may_keep_office(by, office, permissions)
    if not keeps:
        return keeps
    if by.pk == person.pk:
        return may_act_for_oneself(by, _own_office(by))
    if acts_for_oneself(by, person):
        return may_act_for_oneself(by, _("Whoever stands in for somebody decides nothing about that person."))
    return keeps


def acts_for_oneself(by: Person, person: Person) -> bool:
    """Is it their own term, or that of somebody whose deputy they are? The deputy holds it with them."""
    return by.pk == person.pk or person.pk in access.stands_in_for(by)


def _own_office(by: Person) -> Sentence:
    if is_administrator(by):
        return _("Your own office waits for another administrator: propose it, and one of them decides.")
    return _(
        "Nobody appoints themselves or changes their own office."
        " The head of the body, the body above or an administrator does it."
    )


def may_change_term(
    by: Person, person: Person, office: Office, permissions: Collection[str] | None = None
) -> Verdict:
    """Whoever may fill the office, or propose it for themself."""
    fills = may_fill_office(by, person, office, permissions)
    return YES if not fills and may_propose_term(by, person, office) else fills


def may_propose_term(by: Person, person: Person, office: Office) -> Verdict:
    """An administrator's own appointment waits for a second administrator."""
    if not is_administrator(by):
        return may_administer(by)
    if by.pk != person.pk:
        return no(_("Only your own office waits for another administrator. Appoint others at once."))
    if not has_second_administrator(by):
        return not_now(_("There is no other administrator who could decide. Appoint at once; it is marked."))
    return YES


def may_decide_proposed_term(by: Person, proposal: ProposedTerm) -> Verdict:
    """Another administrator decides, never the one who proposed it or would hold the office."""
    if not is_administrator(by):
        return may_administer(by)
    if by.pk in (proposal.proposed_by_id, proposal.person_id):
        return no(_("Another administrator decides on your own appointment."))
    if proposal.state != ProposedTerm.State.WAITING:
        return not_now(_("This appointment has been decided on."))
    return YES


def may_set_office_permissions(by: Person, office: Office) -> Verdict:
    """Administrators say what an office may do; nobody says it of an office that they hold."""
    administers = may_administer(by)
    if not administers:
        return administers
    if holds_office(by, office):
        return may_act_for_oneself(
            by, _("You hold this office. Another administrator changes what it may do.")
        )
    return YES


def may_move_body(by: Person, came_under: Iterable[int]) -> Verdict:
    """Nobody moves a body under one in which they hold an office: they would read or keep more."""
    if serves_on(by, came_under):
        return may_act_for_oneself(
            by, _("You hold an office in a body above the new place. Another administrator moves this body.")
        )
    return YES


def may_keep_absences(by: Person, person: Person) -> Verdict:
    """A person names their own deputy; else administrators, and those who may fill all the offices held."""
    if by.is_active and by.pk == person.pk:
        return YES
    return _keeps_all_offices_of(by, person)


def may_name_deputy(by: Person, person: Person, deputy: Person) -> Verdict:
    """Nobody names themselves as somebody's deputy, nor gives themselves more days as one."""
    if by.pk == deputy.pk and by.pk != person.pk:
        return may_act_for_oneself(
            by, _("Nobody names themselves as a deputy. The person who is away or somebody else does it.")
        )
    return YES


def may_close(by: Person, person: Person) -> Verdict:
    """Somebody leaves: administrators, or those who may fill every office that the person holds."""
    if by.pk == person.pk:
        return no(_("You cannot close your own account. Ask another administrator."))
    if person.is_staff or person.is_superuser:
        return may_change_account(by, person)
    return _keeps_all_offices_of(by, person)


def may_change_person(by: Person, person: Person) -> Verdict:
    """Name and address of somebody are written by who may fill every office they hold; never one's own.

    Whoever writes the address of an account reads its letters: a foreign body would act under that name.
    """
    if person.is_staff or person.is_superuser or is_administrator(by):
        return may_change_account(by, person)
    if by.pk == person.pk:
        return no(_("Your own address is on your profile; your name is changed by somebody else."))
    return _keeps_all_offices_of(by, person)


def may_send_first_letter(by: Person, person: Person) -> Verdict:
    """Who may change somebody sends them the letter for a first password, until they have chosen one."""
    may = may_change_person(by, person)
    if not may:
        return may
    if person.has_usable_password():
        return not_now(_("This person has a password. Who forgot it asks for a letter on the sign-in page."))
    takes = may_get_letter(person)
    return may if takes else takes


def _keeps_all_offices_of(by: Person, person: Person) -> Verdict:
    if is_administrator(by):
        return YES
    terms = _terms_from_today(person).filter(absence=None)
    offices = Office.objects.filter(pk__in=terms.values("office")).select_related("body__parent")
    verdicts = [may_keep_office(by, *row) for row in access.with_permissions(offices)]
    if person in access.absent(by).values():
        return no(_("Whoever stands in for somebody decides nothing about that person."))
    if verdicts and all(verdicts):
        return Verdict(True, right=access.lent_first(verdict.right for verdict in verdicts))
    return no(_("Only an administrator or whoever may fill all of this person's offices can do this."))


def _terms_from_today(person: Person) -> MembershipQuerySet:
    return Membership.objects.within(today(), None).filter(person=person)


def holds_office(person: Person, office: Office) -> bool:
    """Today or later, also as somebody's deputy."""
    return _terms_from_today(person).filter(office=office).exists()


def serves_on(person: Person, bodies: Iterable[int]) -> bool:
    """Does the person hold an office in one of the bodies, today or later?"""
    return _terms_from_today(person).filter(office__body__in=list(bodies)).exists()


def has_power(person: Person) -> bool:
    """Whoever holds an office, today or later, or administers: their password is nobody else's to choose."""
    return person.is_staff or person.is_superuser or _terms_from_today(person).exists()


def may_set_password(by: Person, person: Person) -> Verdict:
    """Administrators choose the first password of an account, until it holds an office or administers."""
    keeps = may_change_account(by, person)
    if keeps and has_power(person):
        return no(
            _(
                "This person holds an office or administers the portal."
                " Send a letter with which they choose the password themselves."
            )
        )
    return keeps


def may_send_reset_letter(by: Person, person: Person) -> Verdict:
    """Administrators send the letter, but never to an address that they entered themselves for somebody."""
    keeps = may_change_account(by, person)
    if not keeps:
        return keeps
    takes = may_get_letter(person)
    if not takes:
        return takes
    if by.pk != person.pk and has_power(person) and changed_address(by, person):
        return may_act_for_oneself(
            by, _("You changed the address of this person. Another administrator sends the letter.")
        )
    return YES


def may_get_letter(person: Person) -> Verdict:
    """A letter to choose a password goes to an open account with an address that takes letters."""
    if not person.is_active or (person.is_demo and not settings.DEBUG):
        return not_now(_("This account is locked. Unlock it first."))
    if not person.email or person.address_refused_at:
        return not_now(_("There is no address that takes letters. Correct the e-mail first."))
    return YES


def chose_address(person: Person) -> bool:
    """Was the address of an account entered with it, or did the person choose a password or it since?

    One that somebody else changed opens nothing by a letter that anybody can ask for: whoever changed it
    would read that letter.
    """
    rows = Event.objects.about(person).filter(
        Q(verb="person_changed", after__has_key="email")
        | Q(verb="profile_changed", after__has_key="email")
        | Q(verb="password_changed")
    )
    last = rows.newest_first().first()
    return last is None or last.by_id == person.pk


def changed_address(by: Person, person: Person) -> bool:
    last = Event.objects.filter(
        verb__in=("person_changed", "profile_changed"),
        about_type=Person._meta.label_lower,
        about_id=person.pk,
        after__has_key="email",
    ).order_by("-pk").first()  # fmt: skip
    return last is not None and last.by_id == by.pk


def may_change_account(by: Asker, person: Person) -> Verdict:
    """Administrators keep accounts; a superuser's only a superuser, or its password would be theirs."""
    if person.is_superuser and not (by.is_active and by.is_superuser):
        return no(_("Only a superuser can enter or change the account of a superuser."))
    return may_administer(by)
