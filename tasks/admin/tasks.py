"""Tasks in the admin: their form, their verbs and how they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from audit.admin import EventfulAdmin
from audit.models import Event
from committees import access
from committees.doors import SignedInRequest, signed_in
from committees.models import Person
from portal.shared.admin import Choosing, Deed, VersionForm, apply_to_each
from portal.shared.days import today
from portal.shared.verdicts import Sentence, Verdict
from tasks import actions, rules
from tasks.actions.task_fields import EDITABLE_FIELDS, PartSpec
from tasks.admin.common import drafts_somewhere
from tasks.forms import AssignForm, ConfirmForm, CycleFields, TaskChangeFields, shows_parent
from tasks.lifecycle import Standing
from tasks.models import Part, Task, cycle_words
from tasks.pages import story
from tasks.pages.former_lead import as_read_by, kept
from tasks.verbs import VERBS, Verb

# Verbs that ask for no words can be done to many tasks at once; a passed deadline is ticked one by one.
IN_BULK = tuple(
    verb for verb in VERBS.values() if verb.form in (ConfirmForm, AssignForm) and not verb.has_own_page
)

FIELDSETS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (None, ("order", "number", "title", "description", "deliverable", "deliverable_kind", "title_en")),
    (_("Who"), ("lead", "lead_words", "leader", "contact")),
    (_("When"), ("due_kind", "due_on", "due_words", "after_days", "after_event", "start_on")),
    (
        _("More"),
        (
            "authority",
            "priority",
            "secrecy",
            "programme",
            "pillar",
            "parent",
            "parent_words",
            "target",
            "target_unit",
        ),
    ),
)


class StandingFilter(admin.SimpleListFilter):
    title = _("standing")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Standing.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.standing(self.value(), today()) if self.value() in Standing.values else queryset


class PartInline(Choosing[Part], admin.TabularInline[Part, Task]):
    model = Part
    extra = 0
    autocomplete_fields = ("body",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Part]:
        return super().get_queryset(request).filter(kind__in=Part.HELPING).select_related("body")

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "kind":
            kwargs["choices"] = Part.HELPING_CHOICES
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


def parts_in(formset: Any) -> list[PartSpec]:
    """The parts as the rows of the form name them, without those marked for removal."""
    rows = [form.cleaned_data for form in formset.forms if form not in formset.deleted_forms]
    return [
        PartSpec(row["body"], row["kind"], row.get("work", ""), row.get("due_on"))
        for row in rows
        if row.get("body")
    ]


class TaskAdminForm(TaskChangeFields, VersionForm):
    """The columns of a task as the admin draws them, and what every form of a task asks beside them."""


@admin.register(Task)
class TaskAdmin(EventfulAdmin[Task]):
    form = TaskAdminForm
    list_display = ("title", "number", "given_by", "led_by", "due_on", "state", "standing_today", "percent")
    list_filter = ("state", StandingFilter, "programme", "priority", "secrecy")
    list_select_related = ("assigner", "lead")
    search_fields = ("search_text",)
    search_help_text = _("Search in number, title, deliverable and description, with or without marks.")
    ordering = ("pk",)
    autocomplete_fields = ("order", "parent", "assigner", "lead", "leader", "contact")
    inlines = (PartInline,)
    change_form_template = "admin/tasks/task/change_form.html"
    how_it_stands = (
        "state",
        "standing_today",
        "percent",
        "original_due_on",
        "happened_on",
        "cycle_words",
        "milestone_list",
        "assigned_by",
        "assigned_at",
        "approval",
        "submitted_by",
        "submitted_for",
        "submitted_at",
        "confirmed_by",
        "confirmed_for",
        "confirmed_at",
        "evidence_list",
        "progress_list",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Task]:
        return Task.objects.visible_to(signed_in(request)).select_related("assigner", "lead")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Task | None:
        """The task, also one that the person's body led before, as it was then; no list shows it."""
        seen = Task.objects.readable_by(signed_in(request)).select_related("assigner", "lead")
        task = seen.filter(pk=object_id).first() if object_id.isdecimal() else None
        return as_read_by(signed_in(request), task) if task else None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and drafts_somewhere(request)

    def has_change_permission(self, request: HttpRequest, obj: Task | None = None) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or bool(rules.may_edit(signed_in(request), obj)))

    def get_fieldsets(self, request: HttpRequest, obj: Task | None = None) -> Any:
        hidden = () if obj is None or shows_parent(signed_in(request), obj) else ("parent",)
        sets = [
            (legend, {"fields": [name for name in names if name not in hidden]})
            for legend, names in FIELDSETS
        ]
        cycle = (_("When it recurs"), {"fields": list(CycleFields.base_fields)})
        if obj is None:
            sets[0] = (None, {"fields": ["assigner", *sets[0][1]["fields"]]})
            return [*sets, cycle]
        last = [(_("How it stands"), {"fields": list(self.how_it_stands)})]
        if not self.has_change_permission(request, obj):
            return [(None, {"fields": ["assigner", *sets[0][1]["fields"]]}), *sets[1:], *last]
        sets[0] = (None, {"fields": ["opened_version", "assigner", *sets[0][1]["fields"]]})
        change = ["past_deadline", "reason"] if obj.is_issued else ["reason"]
        return [*sets, cycle, (_("This change"), {"fields": change}), *last]

    def get_readonly_fields(self, request: HttpRequest, obj: Task | None = None) -> list[str]:
        return ["assigner", *self.how_it_stands] if obj else []

    def view_on_site(self, task: Task) -> str:
        return task.get_absolute_url()

    def events_of(self, request: HttpRequest, thing: Task) -> QuerySet[Event]:
        return story.events_of(thing, signed_in(request))

    # Editing

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = dict(extra_context or {})
        with access.asking_once():
            if object_id is not None:
                person, task = signed_in(request), self.row_or_404(request, object_id)
                if request.method == "POST":
                    rules.may_edit(person, task).or_raise()
                verbs = offers(person, task)
                context |= {
                    "edit": rules.may_edit(person, task),
                    "now": [offer for offer in verbs if offer.verdict],
                    "later": [offer for offer in verbs if not offer.verdict],
                }
            return super().changeform_view(request, object_id, form_url, context)

    def save_model(self, request: HttpRequest, obj: Task, form: Any, change: bool) -> None:
        """Nothing yet: a task and its parts are one change."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        by, parts = signed_in(request), parts_in(formsets[0])
        values = form.cleaned_data
        if not change:
            actions.new_task(task=form.instance, parts=parts, cycle=form.cycle, by=by)
            return
        actions.edit_task(
            task=form.instance,
            values={name: values[name] for name in EDITABLE_FIELDS if name in values},
            parts=parts,
            cycle=form.cycle,
            by=by,
            version=values.get("opened_version"),
            reason=values.get("reason", ""),
            past_deadline=values["past_deadline"],
        )

    # Verbs

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.verb_view)
        return [path("<int:object_id>/do/<slug:verb>/", view, name="tasks_task_do"), *super().get_urls()]

    def verb_view(self, request: SignedInRequest, object_id: int, verb: str) -> HttpResponse:
        row = VERBS.get(verb.replace("-", "_"))
        if row is None or row.has_own_page:
            raise Http404
        by, task = request.user, self.row_or_404(request, str(object_id))
        deed = Deed(
            label=row.label,
            act=lambda task, form: row.do_with_form(task, by, form),
            done=format_lazy("{} %(name)s", row.done),
            explain=row.explanation,
        )
        return self.deed_page(
            request, task, deed, row.form_for(request, task), verdict=row.may_open(by, task)
        )

    def get_actions(self, request: HttpRequest) -> Any:
        bulk = {f"do_{verb.name}": (in_bulk(verb), f"do_{verb.name}", verb.label) for verb in IN_BULK}
        return {**super().get_actions(request), **bulk}

    # What a page shows

    @admin.display(description=_("assigner"), ordering="assigner__path")
    def given_by(self, task: Task) -> str:
        return task.assigner.brief

    @admin.display(description=_("lead"), ordering="lead__path")
    def led_by(self, task: Task) -> str:
        return task.lead.brief if task.lead else "–"

    @admin.display(description=_("standing"))
    def standing_today(self, task: Task) -> str:
        standing = task.standing(today())
        return str(standing.label) if standing else "–"

    @admin.display(description=_("cycle"))
    def cycle_words(self, task: Task) -> str:
        return cycle_words(task.cycle) if task.cycle else "–"

    @admin.display(description=_("milestones"))
    def milestone_list(self, task: Task) -> SafeString:
        lines = ((milestone,) for milestone in task.milestones.all())
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", lines))

    @admin.display(description=_("evidence"))
    def evidence_list(self, task: Task) -> SafeString:
        rows = kept(task, task.evidence.filter(removed_at=None).select_related("by"))
        lines = ((row.title, row.get_kind_display(), row.by) for row in rows)
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{} ({}), {}</li>", lines))

    @admin.display(description=_("progress notes"))
    def progress_list(self, task: Task) -> SafeString:
        notes = kept(task, task.progress.select_related("by"))[:20]
        lines = ((note.percent, note.note, note.by) for note in notes)
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{} %: {} ({})</li>", lines))


@dataclass(frozen=True)
class Offer:
    """A verb as the page of a task in the admin offers it."""

    label: Sentence
    url: str
    verdict: Verdict


def offers(person: Person, task: Task) -> list[Offer]:
    return [
        Offer(
            verb.label,
            reverse("admin:tasks_task_do", args=[task.pk, verb.slug]),
            verb.may_open(person, task),
        )
        for verb in VERBS.values()
        if not verb.has_own_page
    ]


def in_bulk(verb: Verb) -> Callable[[Any, HttpRequest, QuerySet[Task]], None]:
    def run(model_admin: Any, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        done = ngettext_lazy("%(verb)s: %(count)d task.", "%(verb)s: %(count)d tasks.", "count")
        apply_to_each(
            request,
            queryset,
            lambda task: verb.action(task=task, by=signed_in(request)),
            done,
            verb=verb.label,
        )

    return run
