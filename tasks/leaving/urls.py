"""Addresses under /people/. They stand on this floor because who leaves also leaves tasks."""

from __future__ import annotations

from django.urls import path

from tasks.leaving.views import leave

app_name = "people"
urlpatterns = [path("<int:pk>/leave/", leave, name="leave")]
