"""The demo: all real tasks under their orders, nobody's real name, and loading twice is loading once."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import TestCase, override_settings
from django.utils import timezone

from audit.models import Event
from committees import access
from committees.models import Body, Membership, Person
from demo import body_names
from demo.bodies import places
from demo.current_tasks import LEAVER
from demo.load import load
from demo.tables import INVENTED, rows
from notices.models import CalendarDay, Notice
from portal.shared.days import start_of, today
from tasks import actions, rollup, rules
from tasks.lifecycle import COUNTED, FIVE, Standing, State
from tasks.models import Comment, Evidence, FanOut, Milestone, Order, Part, Progress, Request, Task
from tasks.models.kept_counts import differences
from tasks.orders import actions as order_actions

HELD = (
    *(Body, Person, Membership, Order, Task, Part, Progress, Evidence, Comment),
    *(Event, Notice, CalendarDay, FanOut, Milestone, Request),
)
KHANH_HOA = "11-KH/BCĐ"


def real_tasks() -> Any:
    return Task.objects.filter(order__isnull=False, parent=None)


def person(username: str) -> Person:
    return Person.objects.get(username=username)


class DemoTest(TestCase):
    """Loaded once for all."""

    @classmethod
    def setUpTestData(cls) -> None:
        load()

    # What is real

    def test_every_real_task_stands_under_its_order_with_its_words(self) -> None:
        assert Order.objects.count() == 18
        assert real_tasks().count() == 123
        assert real_tasks().filter(order__number=KHANH_HOA).count() == 53
        tasks = {(task.order.number, task.title): task for task in real_tasks()}
        numbers = {row["source_document"]: row["number"] for row in rows("orders")}
        for row in rows("tasks"):
            task = tasks[numbers[row["source_document"]], row["title_vi"]]
            assert task.number == row["number_in_appendix"]
            assert task.lead_words == row["lead_agency"]
            assert task.deliverable == row["deliverable"]
            assert task.parent_words == row["parent_ref"]
            assert (task.due_on.isoformat() if task.due_on else "") == _day(row["deadline"])
            assert task.original_due_on == task.due_on

    def test_every_phrase_means_a_body(self) -> None:
        codes = set(Body.objects.values_list("code", flat=True))
        for row in rows("tasks"):
            scope = "KHANHHOA" if row["source_document"].startswith(KHANH_HOA) else "national"
            parts = body_names.parts(row["lead_agency"], row["coordinating_agencies"], scope, "BKHCN")
            assert {parts.lead, *parts.co_lead, *parts.coordinating} <= codes

    def test_several_agencies_in_a_cell_are_several_parts(self) -> None:
        task = real_tasks().get(order__number=KHANH_HOA, number="5")
        assert task.lead.code == "VPTU-KHANHHOA"
        assert _parts(task, "co_lead") == {"HDND-KHANHHOA", "UBND-KHANHHOA", "MTTQ-KHANHHOA"}
        assert _parts(task, "coordinating") == {"CA-KHANHHOA", "SKHCN-KHANHHOA", "DUTT-KHANHHOA"}

    def test_where_no_single_body_is_named_the_standing_agency_answers(self) -> None:
        task = real_tasks().get(title__startswith="Xử lý trực tuyến 80%")
        assert task.lead.code == "BKHCN"
        assert len(_parts(task, "co_lead")) == 16 + 34
        unnamed = real_tasks().filter(lead_words="")
        assert unnamed.count() == 10
        for task in unnamed:
            assert task.lead == task.assigner.standing_agency
            assert "không nêu cơ quan chủ trì" in task.description

    def test_kinds_of_deadline(self) -> None:
        kinds = {kind: real_tasks().filter(due_kind=kind).count() for kind in Task.DueKind.values}
        assert (kinds["relative"], kinds["continuous"], kinds["recurring"]) == (2, 4, 2)
        relative = real_tasks().filter(due_kind="relative", after_days=30, after_event="Trung ương ban hành")
        assert relative.count() == 2
        assert all(task.cycle for task in real_tasks().filter(due_kind="recurring"))
        assert real_tasks().get(title__contains="Luật Trí tuệ nhân tạo").due_kind == "period"
        assert real_tasks().get(title__contains="số 2 và số 3").due_kind == "day"

    def test_members_on_a_past_day(self) -> None:
        on = date(2025, 3, 18)

        def held(code: str) -> set[str]:
            terms = Membership.objects.holding_on(on).filter(office__body__code=code)
            return {term.person.name for term in terms.select_related("person")}

        assert "Thủ tướng Chính phủ" in held("BCDCP") & held("BCDTW")
        assert "Bí thư Tỉnh ủy Nghệ An" in held("BCD-NGHEAN")
        assert "Bí thư Tỉnh ủy Quảng Bình" in held("BCD-QUANGBINH")
        assert "Bộ trưởng Bộ Ngoại giao" not in held("BCDCP")  # added in September
        assert "Bộ trưởng Bộ Thông tin và Truyền thông" not in held("BCDTW")  # no such ministry then
        assert held("TB-DA06") == {"Bộ trưởng Bộ Công an"}

    def test_bodies_that_are_no_more(self) -> None:
        standing = set(Body.objects.standing_on(today()).values_list("code", flat=True))
        assert not standing & {"BTTTT", "BTNMT", "BCD-QUANGBINH", "BCD-BINHDUONG", "TB-DA06"}
        assert {f"BCD-{place.code}" for place in places()} <= standing
        assert not Membership.objects.holding_on(today()).exclude(office__body__code__in=standing)

    def test_people_are_named_by_their_post(self) -> None:
        posts = (
            *("Bí thư", "Phó", "Chủ tịch", "Chủ nhiệm", "Trưởng", "Bộ trưởng", "Thứ trưởng", "Thường trực"),
            *("Thống đốc", "Tổng", "Thủ tướng", "Chánh", "Giám đốc", "Thư ký", "Đầu mối", "Kiểm tra viên"),
            *("Quản trị", "Lãnh đạo", "Ủy viên"),
        )
        assert [one.name for one in Person.objects.all() if not one.name.startswith(posts)] == []
        assert not Person.objects.exclude(email__endswith="@demo.invalid")

    # What is invented

    def test_invented_progress_says_so(self) -> None:
        assert Progress.objects.exists()
        assert not Progress.objects.exclude(note__startswith=INVENTED)
        assert not Evidence.objects.exclude(title__contains="minh họa")
        issued = Task.objects.issued()
        assert not issued.exclude(description__icontains="minh họa")
        told = Event.objects.filter(about_type="tasks.task", about_id__in=issued.values("pk"))
        # What happens on the day of loading is done by the actions, which write no reason of their own.
        assert not told.filter(at__lt=start_of(today())).exclude(reason__startswith=INVENTED)
        assert not told.exclude(reason="").exclude(reason__startswith=INVENTED)

    @pytest.mark.once
    def test_every_row_is_one_that_a_form_would_take(self) -> None:
        for model in (Order, Task, Membership):
            for row in model._default_manager.all():
                row.full_clean()

    def test_a_story_runs_forward_and_ends_in_the_past(self) -> None:
        at: dict[int, Any] = {}
        for event in Event.objects.filter(about_type="tasks.task").order_by("pk"):
            assert at.get(event.about_id, event.at) <= event.at
            at[event.about_id] = event.at
        assert not Task.objects.filter(submitted_at__lte=F("assigned_at"))
        assert not Task.objects.filter(confirmed_at__lte=F("submitted_at"))
        assert not Event.objects.filter(at__gt=timezone.now())

    def test_the_count_adds_up(self) -> None:
        for tasks in (Task.objects.all(), real_tasks(), Task.objects.filter(assigner__code="BCDCP")):
            tally = tasks.tally(today())
            assert tally["given"] == sum(tally[name] for name in FIVE)
            assert tally["given"] == tasks.filter(state__in=COUNTED).count()
        assert all(Task.objects.all().tally(today())[name] for name in FIVE)

    def test_the_kept_counts_hold(self) -> None:
        assert differences() == {}

    def test_every_province_has_something_late_due_soon_waiting_and_done(self) -> None:
        for place in places():
            tasks = Task.objects.filter(lead__code=f"BCD-{place.code}")
            for wanted in (Standing.OVERDUE, Standing.DUE_SOON):
                assert tasks.standing(wanted, today()).exists(), (place.name, wanted)
            assert tasks.filter(state=State.SUBMITTED).exists(), place.name
            assert tasks.filter(state=State.COMPLETED).exists(), place.name
            given = Task.objects.filter(assigner__code=f"BCD-{place.code}")
            assert given.filter(state=State.SUBMITTED).exists(), place.name

    def test_something_waits_for_the_approvers(self) -> None:
        proposed = Task.objects.filter(state=State.PROPOSED)
        assert proposed.filter(assigner__code="BCD-KHANHHOA").count() == 3
        assert proposed.filter(assigner__code="BCDCP").count() == 2
        assert not proposed.exclude(title__contains="minh họa")
        assert rules.may_assign(person("khanhhoa.head"), proposed.filter(lead__code="SYT-KHANHHOA")[0])

    def test_nothing_past_is_owed(self) -> None:
        given_before = Task.objects.filter(assigned_at__lt=start_of(today()))
        owed = Notice.objects.filter(about_type="tasks.task", about_id__in=given_before.values("pk"))
        assert set(owed.values_list("kind", flat=True)) == {
            *("risk_flagged", "extension_asked", "request_countered"),
        }

    # What happens today

    def test_there_is_something_of_everything(self) -> None:
        """So that no page of the portal is empty on the day it is first looked at."""
        heads = Task.objects.filter(recurrence__isnull=False, order=None)
        assert heads.count() == 2
        assert Task.objects.filter(parent__in=heads, occurrence_on__gte=today()).exists()
        relative = Task.objects.filter(due_kind="relative", after_days=30)
        assert {task.happened_on is None: task.due_on for task in relative} == {
            True: None,
            False: today() + timedelta(days=18),
        }
        assert Task.objects.filter(due_kind="continuous", assigner__code="BCD-NGHEAN").exists()
        risks = Task.objects.filter(risk_days__isnull=False)
        assert dict(risks.values_list("lead__code", "risk_days")) == {"BCD-NGHEAN": 2, "BCD-HUE": 8}
        assert set(Request.objects.values_list("state", flat=True)) == {"open", "countered"}
        helping = Part.objects.filter(task__title__startswith="Xây dựng kho dữ liệu dùng chung")
        assert helping.filter(delivered_at__isnull=False).count() == helping.late(today()).count() == 1
        assert Task.objects.filter(superseded_by__isnull=False).count() == 1
        assert Part.objects.filter(kind="former_lead").count() == 1
        assert Task.objects.filter(secrecy="restricted").count() == 1
        assert FanOut.objects.get().recipients.count() == len(places())

    def test_shares_sum_up_over_three_levels(self) -> None:
        (weighed,) = Task.objects.filter(children__weight=60)
        assert set(weighed.children.values_list("weight", flat=True)) == {40, 60}
        assert weighed.parent is not None
        found = rollup.roll_up(weighed)
        assert found is not None
        assert (found.by_weight, found.percent) == (True, 76)  # reported whole, and 40 percent of the other

    def test_a_deputy_next_week_and_a_task_whose_contact_left(self) -> None:
        head, deputy = person("nghean.head"), person("nghean.chairman")
        body, away = Body.objects.get(code="BCD-NGHEAN"), today() + timedelta(days=8)
        term = deputy.memberships.get(absence__isnull=False)
        assert term.absence is not None
        assert (term.absence.person, term.office.role, term.office.body) == (head, "head", body)
        assert term.holds_on(away)
        gone = person(LEAVER)
        assert not gone.is_active
        assert Task.objects.open().get(contact=gone).lead == body

    # The accounts

    @override_settings(DEBUG=True)
    def test_the_accounts_sign_in(self) -> None:
        usernames = ["admin", "central.head", "central.secretary", "government.head", "government.secretary"]
        usernames += ["inspector", "bo.byt", "khanhhoa.snv", "tw.vptw"]
        usernames += [
            f"{place.slug}.{role}"
            for place in places()
            for role in ("head", "chairman", "secretary", "officer")
        ]
        for username in usernames:
            assert self.client.login(username=username, password=settings.PORTAL_DEMO_PASSWORD), username
        assert not person("bcdcp.deputy1").has_usable_password()
        assert [p.username for p in Person.objects.filter(is_superuser=True)] == ["admin"]

    def test_a_province_sees_its_own(self) -> None:
        secretary = person("nghean.secretary")
        seen = Task.objects.visible_to(secretary)
        late = seen.filter(lead__code="BCD-NGHEAN").overdue(today()).filter(state=State.IN_PROGRESS).first()
        assert late is not None
        assert not seen.filter(lead__code="BCD-BACNINH")
        actions.add_evidence(task=late, by=secretary, kind="document", document="1/BC")
        actions.submit(task=late, by=secretary, report="Đã xong.")
        done = actions.confirm(task=late, by=person("government.secretary"))
        assert done.standing(today()) == Standing.DONE_LATE

    def test_the_inspector_reads_and_does_nothing(self) -> None:
        inspector = person("inspector")
        assert Task.objects.visible_to(inspector).filter(order__number=KHANH_HOA).exists()
        assert "confirm_tasks" not in access.grants(inspector)[Body.objects.get(code="BCDTW").pk]

    def test_every_lead_has_somebody_who_can_work(self) -> None:
        for body in Body.objects.filter(tasks_led__in=Task.objects.issued()).distinct():
            assert access.people("work_on_tasks", body).exists(), body.code

    # Again

    def test_loading_again_changes_nothing(self) -> None:
        before = [model._default_manager.count() for model in HELD]
        assert not load()
        assert [model._default_manager.count() for model in HELD] == before

    def test_what_somebody_changed_stays(self) -> None:
        task = real_tasks().filter(state=State.IN_PROGRESS, order__number=KHANH_HOA)[0]
        values = {"title": "Tên mới", "due_on": task.due_on + timedelta(days=9) if task.due_on else None}
        actions.edit_task(task=task, values=values, by=person("khanhhoa.secretary"), past_deadline=True)
        order = Order.objects.get(number="07/CT-TTg")
        order.number = "7/CT-TTg"
        order_actions.save_order(order=order, by=person("government.secretary"))
        Person.objects.filter(username="nghean.head").update(name="Tên khác")
        before = [model._default_manager.count() for model in HELD]
        assert not load()
        assert [model._default_manager.count() for model in HELD] == before
        task.refresh_from_db()
        assert task.title == "Tên mới"
        assert person("nghean.head").name == "Tên khác"


@pytest.mark.django_db
def test_refused_where_it_could_do_harm() -> None:
    with override_settings(DEBUG=False), pytest.raises(CommandError):
        call_command("load_demo", stdout=StringIO())
    assert not Person.objects.exists()


def _day(text: str) -> str:
    return text if text[:2] == "20" else ""


def _parts(task: Task, kind: str) -> set[str]:
    return set(task.parts.filter(kind=kind).values_list("body__code", flat=True))
