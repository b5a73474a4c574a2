"""What the framework's settings name: pages of rows, and JSON. Apart, because its views import them."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import JSONParser
from rest_framework.request import Request


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("This request is too large. Send less text at once.")


class Pages(PageNumberPagination):
    """50 rows a page, with `count` and `results`; `page_size` asks for fewer or up to 200."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    invalid_page_message = _("There is no such page. Begin again with page 1.")  # type: ignore[assignment]

    def get_page_size(self, request: Request) -> int:
        size = request.query_params.get("page_size", "")
        if not size:
            return self.page_size
        if size.isascii() and size.isdigit() and 0 < int(size[:9]) <= self.max_page_size:
            return int(size)
        raise exceptions.ValidationError(
            {"page_size": [_("Ask for 1 to %(most)s rows a page.") % {"most": self.max_page_size}]}
        )


class PlainJSON(JSONParser):
    """JSON that can be stored and sent back: not nested without end, no halves of characters."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
            json.dumps(data, ensure_ascii=False).encode()
        except (RecursionError, UnicodeEncodeError) as error:
            raise exceptions.ParseError(_("This is not JSON that can be read.")) from error
        return data
