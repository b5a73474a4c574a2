from __future__ import annotations

from django.urls import URLPattern, path

from tasks.views import detail, editing, lists, verbs

app_name = "tasks"
urlpatterns: list[URLPattern] = [
    path("", lists.task_list, name="list"),
    path("bodies/", lists.bodies, name="bodies"),
    path("pillars/", lists.pillars, name="pillars"),
    path("new/", editing.new, name="new"),
    path("<int:pk>/", detail.task_page, name="detail"),
    path("<int:pk>/edit/", editing.edit, name="edit"),
    path("<int:pk>/why/", detail.why, name="why"),
    path("<int:pk>/evidence/<int:evidence_pk>/", detail.evidence, name="evidence"),
    path("<int:pk>/evidence/<int:evidence_pk>/remove/", verbs.remove_evidence, name="remove_evidence"),
    *(path(f"<int:pk>/{verb.replace('_', '-')}/", verbs.verb_page(verb), name=verb) for verb in verbs.STEPS),
]
