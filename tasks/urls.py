from __future__ import annotations

from django.urls import URLPattern, path, re_path

from committees.urls import CODE
from tasks.fan_outs import views as fanning
from tasks.many import views as many
from tasks.verbs import VERBS
from tasks.views import above, below, body, detail, editing, lists, verbs

app_name = "tasks"
urlpatterns: list[URLPattern] = [
    path("", lists.task_list, name="list"),
    path("led-before/", lists.led_before, name="led_before"),
    path("orders/", lists.orders, name="orders"),
    path("pillars/", lists.pillars, name="pillars"),
    path("new/", editing.new, name="new"),
    path("many/", many.choose, name="many"),
    path("many/<int:pk>/", many.run_page, name="run"),
    path("<int:pk>/", detail.task_page, name="detail"),
    path("<int:pk>/edit/", editing.edit, name="edit"),
    path("<int:pk>/why/", detail.why, name="why"),
    path("<int:pk>/above/<int:above_pk>/", above.above_page, name="above"),
    path("<int:pk>/below/", below.below_page, name="below"),
    path("<int:pk>/fan-out/", fanning.new, name="new_fan_out"),
    path("<int:pk>/fan-outs/<int:fan_out_pk>/", fanning.fan_out_page, name="fan_out"),
    path("<int:pk>/fan-outs/<int:fan_out_pk>/start/", fanning.start, name="start_fan_out"),
    path(
        "<int:pk>/fan-outs/<int:fan_out_pk>/record-approval/",
        fanning.record_approval,
        name="record_fan_out_approval",
    ),
    path("<int:pk>/fan-outs/<int:fan_out_pk>/retry/", fanning.retry, name="retry_fan_out"),
    path("<int:pk>/fan-outs/<int:fan_out_pk>/cancel/", fanning.cancel, name="cancel_fan_out"),
    path("<int:pk>/evidence/<int:evidence_pk>/", detail.evidence, name="evidence"),
    path("<int:pk>/evidence/<int:evidence_pk>/show/", detail.show_evidence, name="show_evidence"),
    path("<int:pk>/evidence/<int:evidence_pk>/remove/", verbs.remove_evidence, name="remove_evidence"),
    *(
        path(f"<int:pk>/{verb.slug}/", verbs.verb_page(verb), name=verb.name)
        for verb in VERBS.values()
        if not verb.has_own_page
    ),
]

body_patterns: list[URLPattern] = [re_path(rf"^{CODE}/$", body.body_page, name="detail")]
