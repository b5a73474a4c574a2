"""Bodies, their members and memberships over the API."""

from __future__ import annotations

from typing import Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from committees import access, actions, rules
from committees.filters import BodyFilter, MembershipFilter
from committees.models import Alias, Body, BodyQuerySet, Membership, MembershipQuerySet, Person, ProposedTerm
from committees.serializers import (
    AliasIn,
    AliasOut,
    BodyBelowIn,
    BodyDetail,
    BodyNamesIn,
    BodyRow,
    EndIn,
    Me,
    MembershipIn,
    MembershipOut,
    NewPersonIn,
    PapersIn,
    ProposedTermOut,
    TermIn,
)
from committees.upkeep import actions as upkeep
from portal.shared.api import Door, day_in_query, plain_or_404, refuse_names
from portal.shared.days import today

# What an answer says of a term.
TERM = ("person", "office__body", "absence__person")

ON = OpenApiParameter("on", OpenApiTypes.DATE, description="The day; today when not given.")


class PersonDoor(Door):
    @property
    def person(self) -> Person:
        return cast(Person, self.request.user)


class BodyView(mixins.ListModelMixin, mixins.RetrieveModelMixin, PersonDoor):
    """Every body, dissolved ones too, in the order of the tree."""

    queryset = Body.objects.all()
    http_method_names = ["get", "head", "post", "patch", "delete"]
    filterset_class = BodyFilter
    lookup_field = "code"
    query_names = {"members": ("on", "page", "page_size"), "aliases": ("page", "page_size")}

    def get_queryset(self) -> BodyQuerySet:
        if self.action == "retrieve":
            return Body.objects.select_related("parent", "standing_agency").prefetch_related("children")
        return Body.objects.select_related("parent")

    def get_serializer_class(self) -> Any:
        taken = {"retrieve": BodyDetail, "partial_update": PapersIn, "remember": AliasIn}
        return taken.get(self.action or "", BodyRow)

    def get_object(self) -> Body:
        plain_or_404(self.kwargs["code"])
        return cast(Body, super().get_object())

    @extend_schema(operation_id="bodies_members", parameters=[ON], responses=MembershipOut(many=True))
    @action(detail=True, filterset_class=None)
    def members(self, request: Request, code: str) -> Response:
        """Who held which office in the body on the day."""
        body = self.get_object()
        rules.may_view_members(self.person, body).or_raise()
        terms = Membership.objects.holding_on(day_in_query(request) or today()).filter(office__body=body)
        return self.pages_of(terms.select_related(*TERM).in_order(), MembershipOut)

    @extend_schema(responses=BodyDetail)
    def partial_update(self, request: Request, code: str) -> Response:
        """Change how orders of the body are read, and how its documents are written."""
        body = actions.save_paper_settings(body=self.get_object(), values=self.checked(), by=self.person)
        return Response(BodyDetail(body).data)

    @extend_schema(operation_id="bodies_below", request=BodyBelowIn, responses={201: BodyDetail})
    @action(detail=True, methods=["post"], filterset_class=None)
    def below(self, request: Request, code: str) -> Response:
        """Make a body right below this one."""
        body = Body(parent=self.get_object(), **self.checked(BodyBelowIn))
        return Response(BodyDetail(upkeep.create_body_below(body=body, by=self.person)).data, status=201)

    @extend_schema(operation_id="bodies_names", request=BodyNamesIn, responses=BodyDetail)
    @action(detail=True, methods=["patch"], filterset_class=None)
    def names(self, request: Request, code: str) -> Response:
        """Correct how a body below is called."""
        values = self.checked(BodyNamesIn)
        return Response(
            BodyDetail(upkeep.edit_body_below(body=self.get_object(), values=values, by=self.person)).data
        )

    @extend_schema(operation_id="bodies_people", request=NewPersonIn, responses={201: MembershipOut})
    @action(detail=True, methods=["post"], filterset_class=None)
    def people(self, request: Request, code: str) -> Response:
        """Enter somebody who has no account yet into an office; a letter lets them choose a password."""
        body, values = self.get_object(), self.checked(NewPersonIn)
        office = body.offices.select_related("body").get(role=values.pop("role"))
        term = upkeep.add_person(office=office, by=self.person, **values)
        return Response(MembershipOut(term).data, status=201)

    @extend_schema(operation_id="bodies_aliases", responses=AliasOut(many=True))
    @action(detail=True, filterset_class=None)
    def aliases(self, request: Request, code: str) -> Response:
        """What the body means by names in its papers, by what was chosen before."""
        body = self.get_object()
        rules.may_name_bodies(self.person, body).or_raise()
        return self.pages_of(Alias.objects.filter(used_by=body).select_related("body"), AliasOut)

    @extend_schema(operation_id="bodies_remember", request=AliasIn, responses={201: AliasOut})
    @aliases.mapping.post
    def remember(self, request: Request, code: str) -> Response:
        """From now on the name means this body in papers of the body."""
        reader = self.get_object()
        rules.may_name_bodies(self.person, reader).or_raise()
        alias = actions.remember_alias(reader=reader, by=self.person, **self.checked())
        return Response(AliasOut(alias).data, status=201)

    @extend_schema(operation_id="bodies_forget", responses={204: None})
    @action(detail=True, methods=["delete"], url_path="aliases/(?P<pk>[0-9]{1,18})", filterset_class=None)
    def forget(self, request: Request, code: str, pk: str) -> Response:
        """The name means nobody any more."""
        reader = self.get_object()
        rules.may_name_bodies(self.person, reader).or_raise()
        actions.forget_alias(alias=get_object_or_404(Alias, pk=pk, used_by=reader), by=self.person)
        return Response(status=204)


class MembershipView(mixins.ListModelMixin, mixins.RetrieveModelMixin, PersonDoor):
    """The terms of the bodies whose members you may read."""

    queryset = Membership.objects.all()
    filterset_class = MembershipFilter
    http_method_names = ["get", "head", "post", "patch"]

    def get_queryset(self) -> MembershipQuerySet:
        readable = access.member_readers(self.person).values("pk")
        terms = Membership.objects.filter(office__body__in=readable)
        return terms.select_related(*TERM)

    def get_serializer_class(self) -> Any:
        taken = {"create": MembershipIn, "partial_update": TermIn, "end": EndIn}
        return taken.get(self.action or "", MembershipOut)

    def answer(self, membership: Membership | ProposedTerm, status: int) -> Response:
        if isinstance(membership, ProposedTerm):
            return Response(ProposedTermOut(membership).data, status=202)
        return Response(MembershipOut(membership).data, status=status)

    @extend_schema(responses={201: MembershipOut, 202: ProposedTermOut})
    def create(self, request: Request) -> Response:
        """Appoint a person to an office for a term. An administrator's own waits for another one (202)."""
        values = self.checked()
        office = values.pop("body").offices.select_related("body").get(role=values.pop("role"))
        return self.answer(
            actions.appoint(membership=Membership(office=office, **values), by=self.person), 201
        )

    @extend_schema(responses={200: MembershipOut, 202: ProposedTermOut})
    def partial_update(self, request: Request, pk: str) -> Response:
        """Correct a term or end it; from the day after its last it gives nothing."""
        membership: Membership = self.get_object()
        rules.may_change_term(self.person, membership.person, membership.office).or_raise()
        for name, value in self.checked().items():
            setattr(membership, name, value)
        return self.answer(actions.appoint(membership=membership, by=self.person), 200)

    @extend_schema(request=EndIn, responses={200: MembershipOut, 204: None})
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """End a term at once, or after a last day; 204 when it began today and was taken back."""
        membership: Membership = self.get_object()
        rules.may_fill_office(self.person, membership.person, membership.office).or_raise()
        ended = actions.end_membership(
            membership=membership, ends_on=self.checked().get("last_day"), by=self.person
        )
        return self.answer(ended, 200) if ended.pk else Response(status=204)


class MeView(APIView):
    """Who is signed in, and which offices they hold today."""

    metadata_class = None

    @extend_schema(operation_id="me", responses=Me)
    def get(self, request: Request) -> Response:
        refuse_names(set(request.query_params), ())
        person, on = cast(Person, request.user), today()
        terms = person.memberships.holding_on(on).select_related(*TERM).in_order(own_first=True)
        return Response(Me(person, context={"on": on, "terms": terms}).data)
