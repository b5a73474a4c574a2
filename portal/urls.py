"""Every address of the portal."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from portal import api, health, views

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    *views.urlpatterns,
    path("tasks/", include("tasks.urls")),
    path("orders/", include("tasks.order_urls")),
    path("bodies/", include("committees.urls")),
    path("notices/", include("notices.urls")),
    path("reports/", include("reports.urls")),
    path("api/", include((api.urlpatterns, "api"))),
    path("admin/", admin.site.urls),
]
