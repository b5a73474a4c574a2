from __future__ import annotations

from django.urls import URLPattern, path

from tasks.views import orders, relating

app_name = "orders"
urlpatterns: list[URLPattern] = [
    path("", orders.order_list, name="list"),
    path("new/", orders.new, name="new"),
    path("near/", relating.near, name="near"),
    path("<int:pk>/", orders.order_page, name="detail"),
    path("<int:pk>/edit/", orders.edit, name="edit"),
    path("<int:pk>/file/", orders.order_file, name="file"),
    path("<int:pk>/relations/", relating.relations, name="relations"),
    path("<int:pk>/relations/<int:relation_pk>/remove/", relating.unrelate, name="unrelate"),
    path("<int:pk>/replaces/<int:other_pk>/", relating.settle, name="settle"),
]
