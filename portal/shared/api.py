"""What every address of the API shares: its strictness about names, sizes and text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import ValidationError as Invalid
from django.db import models
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from portal.shared.day_fields import refuse_impossible_day, validate_day
from portal.shared.days import today
from portal.shared.rest import TooLarge
from portal.shared.text import validate_plain

# Characters of an unknown name that an answer repeats.
MAX_NAME_SHOWN = 60


class DaySerializerField(serializers.DateField):
    """A day in a request, as 2026-12-25; in the range of `validate_day`."""

    default_error_messages = {"invalid": _("Write the day as 2026-12-25.")}
    default_validators = [validate_day]

    def to_internal_value(self, value: Any) -> Any:
        try:
            return super().to_internal_value(value)
        except serializers.ValidationError:
            refuse_impossible_day(str(value))
            raise


class Input(serializers.Serializer[Any]):
    """What a request may hold. A name it does not know is refused: silence would hide a slip of the pen."""

    # Read by those that are ModelSerializers too.
    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateField: DaySerializerField,
    }

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            refuse_names(set(data) - set(self.fields) - {"csrfmiddlewaretoken"}, self.fields)
        return super().to_internal_value(data)


class Nothing(Input):
    """A request that says nothing but its address."""


class Door(GenericViewSet[Any]):
    """The strict frame of a view set: known names in the query, plain text, a bearable size."""

    metadata_class = None
    lookup_value_regex = "[^/]+"
    # Action → the names its query may hold, beside those of the filter and the pages of a list.
    query_names: Mapping[str, tuple[str, ...]] = {}

    # The actions whose query is a filter; elsewhere a row is found by its key alone.
    filtered: tuple[str, ...] = ("list",)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_large(request._request)
        self.refuse_query(request)

    def refuse_query(self, request: Request) -> None:
        known = self.known_names()
        refuse_names(set(request.query_params) - set(known), known)
        for name, values in request.query_params.lists():
            for value in values:
                try:
                    validate_plain(value)
                except Invalid as error:
                    raise serializers.ValidationError({name: error.messages}) from error

    def known_names(self) -> list[str]:
        action = self.action or ""
        names = list(self.query_names.get(action, ()))
        if action == "list":
            filters = getattr(self, "filterset_class", None)
            names += [*(filters.base_filters if filters else ()), "page", "page_size"]
        return names

    def filter_queryset(self, queryset: Any) -> Any:
        return super().filter_queryset(queryset) if self.action in self.filtered else queryset

    def checked(self, takes: type[Input] | None = None) -> dict[str, Any]:
        """The checked input of this request, by the serializer of the view or by another one."""
        serializer_class = takes or self.get_serializer_class()
        serializer = serializer_class(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def get_serializer_context(self) -> dict[str, Any]:
        """One day for all rows of an answer."""
        return {**super().get_serializer_context(), "on": today()}

    def pages_of(self, rows: Any, serializer: type[serializers.BaseSerializer[Any]]) -> Response:
        """A page of rows other than the view's own."""
        page = self.paginate_queryset(rows)
        context = self.get_serializer_context()
        return self.get_paginated_response(serializer(page, many=True, context=context).data)


class Nowhere(APIView):
    """Any other address under /api/: an answer in JSON, and no redirect that would lose what was sent."""

    schema = None
    metadata_class = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        super().initial(request, *args, **kwargs)
        raise exceptions.NotFound(
            _("There is nothing at this address. The addresses of the API are in /api/schema/ and end in /.")
        )


def refuse_names(unknown: set[str], known: Any) -> None:
    """400 with the names that are known, so that the next request can be right."""
    if not unknown:
        return
    names = ", ".join(sorted(known))
    sentence = (
        _("There is no such name here. Known are: %(names)s.") % {"names": names}
        if names
        else _("There is no such name here. This address takes none.")
    )
    raise serializers.ValidationError(
        {str(name)[:MAX_NAME_SHOWN]: [sentence] for name in sorted(unknown)[:20]}
    )


def refuse_large(request: HttpRequest) -> None:
    """Django counts forms, and each upload is counted by its own limit; JSON is counted here."""
    if request.content_type in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return
    length = request.META.get("CONTENT_LENGTH") or "0"
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
    if not length.isdigit() or int(length) > limit:
        raise TooLarge


def day_in_query(request: Request, name: str = "on") -> Any:
    """The day that a query names as YYYY-MM-DD; None when it names none."""
    text = request.query_params.get(name, "")
    if not text:
        return None
    try:
        return DaySerializerField().run_validation(text)
    except (Invalid, serializers.ValidationError) as error:
        problems: Any = error.messages if isinstance(error, Invalid) else error.detail
        raise serializers.ValidationError({name: problems}) from error


def plain_or_404(text: str) -> str:
    """A code from an address; PostgreSQL would stumble over control characters in it."""
    try:
        validate_plain(text)
    except Invalid as error:
        raise Http404 from error
    return text
