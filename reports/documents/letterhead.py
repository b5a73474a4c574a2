"""The upper and the lower part of a body's own documents: the State's form or the Party's, as it chose."""

from __future__ import annotations

from datetime import date

from django.utils import translation

from committees.models import Body, Membership
from committees.roles import Role
from reports.documents.layout import PARTY, STATE, Letterhead, Signature

BLANK = "…………"
"""Where the portal does not know what belongs there: seen, and filled in by hand."""

COLLECTIVES = {
    Body.Kind.COMMITTEE: ("BAN CHỈ ĐẠO", "BCĐ"),
    Body.Kind.WORKING_GROUP: ("TỔ CÔNG TÁC", "TCT"),
    Body.Kind.SUPPORT_TEAM: ("TỔ GIÚP VIỆC", "TGV"),
}
"""Kinds in whose name somebody signs, and their letters in the number of a document.

An agency's head signs as himself.
"""

REPORT = "BC"
ON_BEHALF = {STATE: "TM.", PARTY: "T/M"}


def form_of(body: Body) -> str:
    if body.letterhead != Body.Letterhead.BY_CHAIN:
        return str(body.letterhead)
    return PARTY if body.chain == Body.Chain.PARTY else STATE


def letterhead_of(body: Body, on: date) -> Letterhead:
    form = form_of(body)
    letters = COLLECTIVES.get(Body.Kind(body.kind), ("", BLANK))[1]
    return Letterhead(
        form=form,
        above=(body.parent.short_name or body.parent.name_vi).upper() if body.parent else "",
        issuer=body.name_vi.upper(),
        symbol=f"{REPORT}/{letters}" if form == PARTY else f"{REPORT}-{letters}",
        place=body.place or BLANK,
        on=on,
    )


def signature_of(body: Body, on: date) -> Signature:
    """For the head of the day to sign: an office that nobody holds leaves its name open."""
    form = form_of(body)
    name = COLLECTIVES.get(Body.Kind(body.kind), ("", ""))[0]
    heads = Membership.objects.holding_on(on).filter(office__body=body, office__role=Role.HEAD)
    head = heads.select_related("office__body", "person").in_order().first()
    with translation.override("vi"):
        post = head.title if head else BLANK
    above = [body.parent.short_name or body.parent.name_vi] if body.parent else []
    return Signature(
        authority=(*([f"{ON_BEHALF[form]} {name}"] if name else []), post.upper()),
        name=head.person.name if head else "",
        recipients=(*(f"{name};" for name in above), "Lưu: VT." if form == STATE else "Lưu Văn phòng."),
        form=form,
    )
