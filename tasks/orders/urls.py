"""Addresses under /orders/. Apps above add theirs: the portal joins them."""

from __future__ import annotations

from django.urls import URLPattern, path

from tasks.orders import relation_views, views

order_patterns: list[URLPattern] = [
    path("", views.order_list, name="list"),
    path("new/", views.new, name="new"),
    path("near/", relation_views.near, name="near"),
    path("<int:pk>/", views.order_page, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/file/", views.order_file, name="file"),
    path("<int:pk>/relations/", relation_views.relations, name="relations"),
    path("<int:pk>/relations/<int:relation_pk>/remove/", relation_views.unrelate, name="unrelate"),
    path("<int:pk>/replaces/<int:other_pk>/", relation_views.settle, name="settle"),
]
