"""What this app adds under /orders/ and /bodies/."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from committees.urls import CODE
from imports import views

order_patterns: list[URLPattern] = [
    path("<int:pk>/imports/new/", views.new, name="new_import"),
    path("<int:pk>/imports/<int:import_pk>/", views.import_page, name="import"),
    path("<int:pk>/imports/<int:import_pk>/name/", views.name_body, name="name_body"),
    path("<int:pk>/imports/<int:import_pk>/columns/", views.name_columns, name="name_columns"),
    path("<int:pk>/imports/<int:import_pk>/write/", views.write, name="write_import"),
    path("<int:pk>/imports/<int:import_pk>/undo/", views.undo, name="undo_import"),
    path("<int:pk>/imports/<int:import_pk>/drop/", views.drop, name="drop_import"),
    path("<int:pk>/imports/<int:import_pk>/rows/<int:position>/", views.row, name="import_row"),
    path(
        "<int:pk>/imports/<int:import_pk>/rows/<int:position>/leave-out/",
        views.leave_out,
        name="leave_out",
    ),
]

body_patterns: list[URLPattern] = [
    re_path(
        rf"^{CODE}/papers/columns/(?P<pk>[0-9]{{1,18}})/forget/$", views.forget_column, name="forget_column"
    ),
]
