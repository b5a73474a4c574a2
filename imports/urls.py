"""What this app adds under /orders/ and /bodies/."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from committees.urls import CODE
from imports.views import files, rows, table

order_patterns: list[URLPattern] = [
    path("<int:pk>/imports/new/", files.new_import, name="new_import"),
    path("<int:pk>/imports/<int:import_pk>/", table.import_page, name="import"),
    path("<int:pk>/imports/<int:import_pk>/name/", table.name_body, name="name_body"),
    path("<int:pk>/imports/<int:import_pk>/columns/", table.name_columns, name="name_columns"),
    path("<int:pk>/imports/<int:import_pk>/write/", table.write_import, name="write_import"),
    path("<int:pk>/imports/<int:import_pk>/undo/", files.undo_import, name="undo_import"),
    path("<int:pk>/imports/<int:import_pk>/drop/", files.drop_import, name="drop_import"),
    path("<int:pk>/imports/<int:import_pk>/rows/<int:position>/", rows.correct_row, name="import_row"),
    path(
        "<int:pk>/imports/<int:import_pk>/rows/<int:position>/leave-out/",
        rows.leave_out,
        name="leave_out",
    ),
]

body_patterns: list[URLPattern] = [
    re_path(
        rf"^{CODE}/papers/columns/(?P<pk>[0-9]{{1,18}})/forget/$", table.forget_column, name="forget_column"
    ),
]
