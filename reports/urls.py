from __future__ import annotations

from django.urls import path

from reports.views import board, files

app_name = "reports"
urlpatterns = [
    path("", board.board, name="board"),
    path("files/", files.files, name="files"),
    path("files/new/", files.new, name="new"),
    path("files/<int:pk>/", files.export, name="export"),
    path("files/<int:pk>/again/", files.again, name="again"),
]
