"""Every address of the portal."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

import committees.urls
import imports.urls
import reminders.urls
import tasks.orders.urls
import tasks.urls
from committees.views.bodies import suggestions
from portal import api, health, views

# Several apps have pages of a body, of an order: one name for all of them.
bodies = [
    *committees.urls.body_patterns,
    *tasks.urls.body_patterns,
    *reminders.urls.body_patterns,
    *imports.urls.body_patterns,
]
orders = [*tasks.orders.urls.order_patterns, *imports.urls.order_patterns]

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    *views.urlpatterns,
    path("tasks/bodies/", suggestions, name="suggest_bodies"),
    path("tasks/", include("tasks.urls")),
    path("deciding/", include("tasks.deciding.urls")),
    path("orders/", include((orders, "orders"))),
    path("bodies/", include((bodies, "bodies"))),
    path("people/", include("tasks.leaving.urls")),
    path("notices/", include("notices.urls")),
    path("reports/", include("reports.urls")),
    path("search/", include("search.urls")),
    path("api/", include((api.urlpatterns, "api"))),
    path("admin/", admin.site.urls),
]

handler400 = "portal.shared.errors.bad_request"
handler403 = "portal.shared.errors.forbidden"
handler404 = "portal.shared.errors.not_found"
handler500 = "portal.shared.errors.server_error"
