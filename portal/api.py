"""The API: its pages of rows and every address under /api/."""

from __future__ import annotations

from django.urls import URLPattern
from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """50 rows a page, with `count` and `results`; `page_size` asks for fewer or up to 200."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


urlpatterns: list[URLPattern] = []
