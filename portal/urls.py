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
    path("bodies/", include("tasks.body_urls")),
    path("people/", include("tasks.people_urls")),
    path("notices/", include("notices.urls")),
    path("reports/", include("reports.urls")),
    path("api/", include((api.urlpatterns, "api"))),
    path("admin/", admin.site.urls),
]

handler400 = "portal.shared.errors.bad_request"
handler403 = "portal.shared.errors.forbidden"
handler404 = "portal.shared.errors.not_found"
handler500 = "portal.shared.errors.server_error"
