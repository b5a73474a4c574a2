from __future__ import annotations

from django.urls import URLPattern, path

from tasks.views import orders

app_name = "orders"
urlpatterns: list[URLPattern] = [
    path("", orders.order_list, name="list"),
    path("new/", orders.new, name="new"),
    path("<int:pk>/", orders.order_page, name="detail"),
    path("<int:pk>/edit/", orders.edit, name="edit"),
    path("<int:pk>/file/", orders.order_file, name="file"),
]
