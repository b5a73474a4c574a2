"""My notices over the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from committees.models import Body, Person
from notices import actions, kinds, preferences
from notices.filters import NoticeFilter
from notices.models import Notice, NoticeQuerySet, Policy, Preference
from notices.policy import schedule
from notices.policy.actions import save_policy
from notices.policy.schedule import PolicyRules, Rung
from notices.preferences import offered_choices, save_preferences
from notices.rules import may_manage_policy, may_view_policy
from notices.serializers import Marked, NoticeOut, PolicyIn, PolicyOut, PreferenceOut, PreferencesIn
from notices.views import compose_lines, label_of
from portal.shared.api import Door, Nothing, plain_or_404

LINE_FIELDS = ("title", "sentence", "what_to_do", "url")


def notice_rows(notices: Sequence[Notice]) -> list[dict[str, Any]]:
    """The notices with what the page says of each; nothing when its kind or subject is gone."""
    lines = compose_lines(notices)
    return [
        {
            "id": notice.pk,
            "kind": notice.kind,
            "label": str(label_of(notice)),
            "on": notice.on,
            "read_at": notice.read_at,
            **{name: getattr(lines.get(notice.pk), name, "") for name in LINE_FIELDS},
        }
        for notice in notices
    ]


class NoticeView(mixins.ListModelMixin, mixins.RetrieveModelMixin, Door):
    """What you were told, newest first. Nobody reads the notices of another person."""

    queryset = Notice.objects.all()
    filterset_class = NoticeFilter
    serializer_class = NoticeOut

    def get_queryset(self) -> NoticeQuerySet:
        return Notice.objects.for_person(cast(Person, self.request.user)).order_by("-pk")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(NoticeOut(notice_rows(page or []), many=True).data)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(NoticeOut(notice_rows([self.get_object()])[0]).data)

    @extend_schema(operation_id="notices_read", request=Nothing, responses=Marked)
    @action(detail=True, methods=["post"], filterset_class=None, serializer_class=Nothing)
    def read(self, request: Request, pk: str) -> Response:
        """Mark one notice as read."""
        notice = self.get_object()
        return self._mark(Notice.objects.filter(pk=notice.pk))

    @extend_schema(operation_id="notices_read_all", request=Nothing, responses=Marked, filters=False)
    @action(
        detail=False,
        methods=["post"],
        url_path="read",
        filterset_class=None,
        serializer_class=Nothing,
        pagination_class=None,
    )
    def read_all(self, request: Request) -> Response:
        """Mark every notice of yours as read."""
        return self._mark(Notice.objects.all())

    def _mark(self, notices: NoticeQuerySet) -> Response:
        self.checked()
        person = cast(Person, self.request.user)
        return Response({"read": actions.mark_read(person=person, notices=notices)})


class PreferenceView(Door):
    """How you want to be told of each kind of notice."""

    queryset = Preference.objects.none()
    serializer_class = PreferencesIn
    pagination_class = None

    @extend_schema(operation_id="notices_preferences", responses=PreferenceOut(many=True))
    def retrieve(self, request: Request) -> Response:
        """Every kind with how you are told of it and what may be chosen."""
        return self._answer(cast(Person, request.user))

    @extend_schema(
        operation_id="notices_set_preferences", request=PreferencesIn, responses=PreferenceOut(many=True)
    )
    def update(self, request: Request) -> Response:
        """Choose for the kinds that are named. A duty cannot be switched off."""
        person = cast(Person, request.user)
        save_preferences(person=person, by=person, chosen=self.checked()["preferences"])
        return self._answer(person)

    def _answer(self, person: Person) -> Response:
        chosen = preferences.read_preferences(person)
        rows = [
            {
                "kind": kind.name,
                "label": kind.label,
                "how": chosen[kind.name],
                "offered": offered_choices(kind),
            }
            for kind in kinds.every()
        ]
        return Response(PreferenceOut(rows, many=True).data)


class PolicyView(Door):
    """How the tasks that a body gives are reminded of: its own policy, or the default."""

    queryset = Body.objects.all()
    lookup_field = "code"
    serializer_class = PolicyIn

    def get_object(self) -> Body:
        plain_or_404(self.kwargs["code"])
        return cast(Body, super().get_object())

    @extend_schema(operation_id="bodies_reminders", responses=PolicyOut)
    def retrieve(self, request: Request, code: str) -> Response:
        """The policy that counts now."""
        body = self.get_object()
        may_view_policy(cast(Person, request.user), body).or_raise()
        return self._answer(body)

    @extend_schema(operation_id="bodies_set_reminders", request=PolicyIn, responses=PolicyOut)
    def update(self, request: Request, code: str) -> Response:
        """Set the whole policy; it counts for every reminder that is not yet sent."""
        body, by = self.get_object(), cast(Person, request.user)
        may_manage_policy(by, body).or_raise()
        values = self.checked()
        version = values.pop("version")
        values |= {name: tuple(values[name]) for name in ("before", "after")}
        values["muted"] = frozenset(values["muted"])
        values["escalation"] = tuple(Rung(**rung) for rung in values["escalation"])
        save_policy(body=body, wanted=PolicyRules(**values), by=by, version=version)
        return self._answer(body)

    def _answer(self, body: Body) -> Response:
        policy = Policy.objects.filter(body=body).first()
        rules = schedule.read_policies([body.pk])[body.pk]
        values = {**asdict(rules), "muted": sorted(rules.muted), "version": policy.version if policy else 0}
        values["escalation"] = [rung._asdict() for rung in rules.escalation]
        return Response(PolicyOut(values).data)
