"""Addresses under /deciding/."""

from __future__ import annotations

from django.urls import path

from tasks.deciding import views

app_name = "deciding"
urlpatterns = [
    path("", views.start, name="start"),
    path("keys/", views.switch_keys, name="keys"),
    path("<int:pk>/", views.decide_page, name="task"),
    path("<int:pk>/undo/", views.undo, name="undo"),
    path("<int:pk>/<slug:slug>/", views.decide, name="decide"),
]
