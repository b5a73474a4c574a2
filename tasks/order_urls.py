from __future__ import annotations

from django.urls import URLPattern, path

from tasks.views import importing, orders, relating

app_name = "orders"
urlpatterns: list[URLPattern] = [
    path("", orders.order_list, name="list"),
    path("new/", orders.new, name="new"),
    path("near/", relating.near, name="near"),
    path("<int:pk>/", orders.order_page, name="detail"),
    path("<int:pk>/edit/", orders.edit, name="edit"),
    path("<int:pk>/file/", orders.order_file, name="file"),
    path("<int:pk>/imports/new/", importing.new, name="new_import"),
    path("<int:pk>/imports/<int:import_pk>/", importing.import_page, name="import"),
    path("<int:pk>/imports/<int:import_pk>/name/", importing.name_body, name="name_body"),
    path("<int:pk>/imports/<int:import_pk>/columns/", importing.name_columns, name="name_columns"),
    path("<int:pk>/imports/<int:import_pk>/write/", importing.write, name="write_import"),
    path("<int:pk>/imports/<int:import_pk>/undo/", importing.undo, name="undo_import"),
    path("<int:pk>/imports/<int:import_pk>/drop/", importing.drop, name="drop_import"),
    path("<int:pk>/imports/<int:import_pk>/rows/<int:position>/", importing.row, name="import_row"),
    path(
        "<int:pk>/imports/<int:import_pk>/rows/<int:position>/leave-out/",
        importing.leave_out,
        name="leave_out",
    ),
    path("<int:pk>/relations/", relating.relations, name="relations"),
    path("<int:pk>/relations/<int:relation_pk>/remove/", relating.unrelate, name="unrelate"),
    path("<int:pk>/replaces/<int:other_pk>/", relating.settle, name="settle"),
]
