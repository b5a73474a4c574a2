"""Every address under /api/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from committees.api import BodyView, MembershipView, MeView
from notices.api import NoticeView, PolicyView, PreferenceView
from portal.shared.api import Nowhere
from tasks.api import OrderView, TaskView

router = SimpleRouter()
router.register("bodies", BodyView, basename="bodies")
router.register("memberships", MembershipView, basename="memberships")
router.register("orders", OrderView, basename="orders")
router.register("tasks", TaskView, basename="tasks")
router.register("notices", NoticeView, basename="notices")

schema = SpectacularAPIView.as_view(renderer_classes=[OpenApiJsonRenderer, OpenApiYamlRenderer])
preferences = PreferenceView.as_view({"get": "retrieve", "put": "update"})
reminders = PolicyView.as_view({"get": "retrieve", "put": "update"})

urlpatterns: list[URLPattern | URLResolver] = [
    path("me/", MeView.as_view(), name="me"),
    path("schema/", schema, name="schema"),
    path("bodies/<str:code>/reminders/", reminders, name="bodies-reminders"),
    path("notices/preferences/", preferences, name="preferences"),
    *router.urls,
    re_path("", Nowhere.as_view(), name="nowhere"),
]
