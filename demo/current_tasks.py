"""Illustrative tasks on which something happens on the day of loading, all of it by the real actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from audit.models import Event
from committees import actions as committee_actions
from committees.models import Absence, Body, Membership, Office, Person
from committees.roles import Role
from demo.bodies import places
from demo.orders import FEES, HANDED_DOWN
from demo.people import Cast
from demo.tables import INVENTED
from tasks import actions
from tasks.actions.milestones import MilestoneSpec
from tasks.actions.task_fields import PartSpec
from tasks.cycles import Cycle
from tasks.fan_outs import actions as fan_out_actions
from tasks.leaving import actions as leaving_actions
from tasks.lifecycle import State
from tasks.models import Task

WEEKLY = "Báo cáo tuần về tiến độ nhiệm vụ chuyển đổi số"

# Who prepares a body's tasks and who approves them.
PREPARER_AND_APPROVER = {
    "BCDCP": ("government.secretary", "government.head"),
    "BCD-KHANHHOA": ("khanhhoa.secretary", "khanhhoa.head"),
    "BCD-NGHEAN": ("nghean.secretary", "nghean.head"),
}

LEAVER = "nghean.officer2"


def load(bodies: dict[str, Body], cast: Cast, base: date) -> int:
    """Make these tasks if they were never made; gives how many are new."""
    if Event.objects.filter(verb="task_drafted", about_name=f"{WEEKLY} (minh họa)").exists():
        return 0
    before = Task.objects.count()
    stage = Stage(bodies, cast, base)
    for scene in (
        _cycles,
        _events,
        _warnings,
        _requests,
        _helpers,
        _shares,
        _leads,
        _absence,
        _leaver,
        _many,
    ):
        scene(stage)
    return Task.objects.count() - before


@dataclass
class Stage:
    bodies: dict[str, Body]
    cast: Cast
    base: date

    def person(self, username: str) -> Person:
        return self.cast.by_username[username]

    def day(self, ahead: int) -> date:
        return self.base + timedelta(days=ahead)

    def give(
        self,
        giver: str,
        lead: str,
        title: str,
        title_en: str,
        *,
        parts: Sequence[PartSpec] = (),
        cycle: Cycle | None = None,
        **values: Any,
    ) -> Task:
        """A task drafted, proposed and approved, without an order."""
        secretary, head = (self.person(username) for username in PREPARER_AND_APPROVER[giver])
        task = Task(
            assigner=self.bodies[giver],
            lead=self.bodies[lead],
            title=f"{title} (minh họa)",
            title_en=f"{title_en} (illustrative)",
            description="Nhiệm vụ minh họa, không thuộc văn bản nào.",
            **values,
        )
        actions.new_task(task=task, parts=parts, cycle=cycle, by=secretary)
        actions.propose(task=task, by=secretary)
        return actions.assign(task=task, by=head, past_deadline=True)

    def at_work(self, lead: str) -> Task | None:
        """The task of a province's committee that is due soon; none when somebody has ended it since."""
        tasks = Task.objects.filter(lead=self.bodies[lead], title=FEES, state=State.IN_PROGRESS)
        return tasks.first()


def _cycles(stage: Stage) -> None:
    """A weekly and a monthly report with what falls due now, and work without an end."""
    weekly = Cycle("week", 5, stage.day(-7), stage.day(365))
    monthly = Cycle("month", 31, stage.day(-60), stage.day(3 * 365))  # its last day: always still to come
    recurring: dict[str, Any] = {"due_kind": Task.DueKind.RECURRING}
    stage.give(
        *("BCD-KHANHHOA", "SKHCN-KHANHHOA", WEEKLY, "Weekly report on digital tasks"),
        cycle=weekly,
        due_words="thứ Sáu hằng tuần",
        **recurring,
    )
    stage.give(
        *("BCDCP", "BKHCN", "Báo cáo tháng về kết quả thực hiện Nghị quyết 57-NQ/TW", "Monthly report"),
        cycle=monthly,
        due_words="ngày cuối tháng, hằng tháng",
        **recurring,
    )
    stage.give(
        *("BCD-NGHEAN", "SKHCN-NGHEAN", "Hỗ trợ kỹ thuật cho các tổ công nghệ số cộng đồng", "Support teams"),
        due_kind=Task.DueKind.CONTINUOUS,
        due_words="thường xuyên",
    )
    actions.make_occurrences(on=stage.base)


def _events(stage: Stage) -> None:
    """One deadline waits for its event; the event of the other has happened."""
    after: dict[str, Any] = {"due_kind": Task.DueKind.RELATIVE, "after_days": 30}
    stage.give(
        *("BCD-KHANHHOA", "SNV-KHANHHOA", "Trình cơ chế đãi ngộ nhân lực số", "Propose incentives"),
        after_event="Chính phủ ban hành nghị định về nhân lực số",
        **after,
    )
    task = stage.give(
        *("BCD-KHANHHOA", "STP-KHANHHOA", "Rà soát văn bản của tỉnh trái với luật mới", "Review local rules"),
        after_event="luật có hiệu lực",
        **after,
    )
    actions.set_event_day(task=task, by=stage.person("khanhhoa.secretary"), happened_on=stage.day(-12))


def _warnings(stage: Stage) -> None:
    """Two provinces expect to be late: one by two days, one by eight, which its superior is told."""
    for place, days in (("NGHEAN", 2), ("HUE", 8)):
        if task := stage.at_work(f"BCD-{place}"):
            remedy = f"{INVENTED}: đã bổ sung nhân lực, họp giao ban hằng ngày."
            by = stage.person(f"{place.lower()}.secretary")
            actions.flag_risk(task=task, by=by, days=days, remedy=remedy)


def _requests(stage: Stage) -> None:
    """One province waits for an answer, another was offered an earlier day than it asked for."""
    for place, counter in (("BACNINH", None), ("HAIPHONG", 8)):
        task = stage.at_work(f"BCD-{place}")
        if task is None or task.due_on is None:
            continue
        reason = f"{INVENTED}: kỳ họp Hội đồng nhân dân lùi lại."
        by, day = stage.person(f"{place.lower()}.secretary"), task.due_on + timedelta(days=20)
        actions.ask_extension(task=task, by=by, proposed_on=day, reason=reason)
        if counter:
            day = task.due_on + timedelta(days=counter)
            actions.counter_request(task=task, by=stage.person("government.head"), counter_on=day)


def _helpers(stage: Stage) -> None:
    """One helping body has delivered its part, the day of the other has passed."""
    task = stage.give(
        *("BCD-KHANHHOA", "SKHCN-KHANHHOA", "Xây dựng kho dữ liệu dùng chung của tỉnh", "Shared data store"),
        parts=(
            PartSpec(stage.bodies["SYT-KHANHHOA"], "co_lead", "Dữ liệu y tế", stage.day(6)),
            PartSpec(stage.bodies["SNV-KHANHHOA"], "coordinating", "Dữ liệu cán bộ", stage.day(-3)),
        ),
        due_on=stage.day(25),
        deliverable="Kho dữ liệu vận hành",
    )
    contribution = f"{INVENTED}: đã bàn giao danh mục dữ liệu khám chữa bệnh."
    actions.contribute(task=task, by=stage.person("khanhhoa.syt"), contribution=contribution)
    _milestones(stage, task)


def _milestones(stage: Stage, task: Task) -> None:
    """One was reached in time, the day of one has passed, one is still to come."""
    reached = MilestoneSpec(stage.day(-6), "Chốt danh mục dữ liệu dùng chung")
    others = (
        MilestoneSpec(stage.day(-2), "Gửi dự thảo quy chế khai thác"),
        MilestoneSpec(stage.day(12), "Chạy thử kho dữ liệu"),
    )
    by = stage.person("khanhhoa.secretary")
    task = actions.set_milestones(task=task, by=by, milestones=[reached, *others])
    actions.mark_milestone(
        task=task,
        by=stage.person("khanhhoa.officer"),
        milestone=task.milestones.get(due_on=reached.due_on).pk,
        done_on=stage.day(-7),
    )


def _shares(stage: Stage) -> None:
    """What Nghệ An hands down counts by shares in its own task, below the one of the Government."""
    above = stage.at_work("BCD-NGHEAN")
    if above is None:
        return
    other = stage.give(
        *("BCD-NGHEAN", "UBND-NGHEAN", "Lập dự toán bù giảm thu phí, lệ phí", "Budget for waived fees"),
        parent=above,
        due_on=above.due_on,
    )
    note = f"{INVENTED}: đã tổng hợp số thu của 5 lĩnh vực."
    actions.report_progress(task=other, by=stage.person("nghean.chairman"), percent=40, note=note)
    first = above.children.filter(title=HANDED_DOWN).first()
    if first:
        shares = {first.pk: 60, other.pk: 40}
        actions.set_weights(task=above, by=stage.person("nghean.secretary"), weights=shares)


def _leads(stage: Stage) -> None:
    """One task has another lead, one is replaced, one is only for those who must know."""
    by = stage.person("khanhhoa.secretary")
    moved = stage.give(
        *("BCD-KHANHHOA", "SGDDT-KHANHHOA", "Triển khai học bạ số liên thông", "Digital school records"),
        due_on=stage.day(40),
    )
    reason = f"{INVENTED}: nhiệm vụ gắn với trung tâm điều hành của tỉnh."
    actions.change_lead(task=moved, by=by, lead=stage.bodies["VPUB-KHANHHOA"], reason=reason)
    old, new = (
        stage.give(
            *("BCD-KHANHHOA", "VPUB-KHANHHOA", title, title_en),
            due_on=stage.day(30),
        )
        for title, title_en in (
            ("Thí điểm trợ lý ảo tại 3 trung tâm hành chính công", "Pilot an assistant in 3 centres"),
            ("Triển khai trợ lý ảo tại mọi trung tâm hành chính công", "An assistant in every centre"),
        )
    )
    reason = f"{INVENTED}: mở rộng phạm vi từ thí điểm ra toàn tỉnh."
    actions.supersede(task=old, by=by, superseded_by=new, reason=reason)
    stage.give(
        *("BCD-KHANHHOA", "CA-KHANHHOA", "Rà soát an toàn của các hệ thống trọng yếu", "Review key systems"),
        secrecy=Task.Secrecy.RESTRICTED,
        due_on=stage.day(20),
    )


def _absence(stage: Stage) -> None:
    """The head of Nghệ An's committee is away next week; the standing deputy holds the office meanwhile."""
    head, deputy = stage.person("nghean.head"), stage.person("nghean.chairman")
    absence = Absence(person=head, deputy=deputy, starts_on=stage.day(7), ends_on=stage.day(11))
    absence.reason = "Dự lớp bồi dưỡng (minh họa)"
    committee_actions.save_absence(absence=absence, by=head)


def _leaver(stage: Stage) -> None:
    """A second contact of Nghệ An was named in a task and left: the task has no contact now."""
    by = stage.person("nghean.secretary")
    person = Person(username=LEAVER, name="Đầu mối thứ hai BCĐ tỉnh Nghệ An", email=f"{LEAVER}@demo.invalid")
    person.set_unusable_password()
    committee_actions.save_person(person=person, by=None)
    office = Office.objects.get(body=stage.bodies["BCD-NGHEAN"], role=Role.OFFICER)
    term = Membership(person=person, office=office, starts_on=stage.day(-90))
    committee_actions.save_membership(membership=term, by=None)
    task = stage.give(
        *("BCDCP", "BCD-NGHEAN", "Thống kê hộ chưa có kết nối cáp quang", "Count homes without fibre"),
        due_on=stage.day(15),
    )
    actions.name_people(task=task, by=by, leader=stage.person("nghean.head"), contact=person)
    leaving_actions.leave(person=person, by=by, last_day=stage.day(-1))


def _many(stage: Stage) -> None:
    """A task for all 34 provinces is prepared and waits for the head of the Government's committee."""
    task = stage.give(
        *("BCDCP", "BKHCN", "Rà soát cơ sở dữ liệu đất đai của các địa phương", "Review land databases"),
        due_on=stage.day(60),
    )
    fan_out_actions.prepare_fan_out(
        task=task,
        giver=stage.bodies["BCDCP"],
        bodies=[stage.bodies[f"BCD-{place.code}"] for place in places()],
        by=stage.person("government.secretary"),
        title="Rà soát cơ sở dữ liệu đất đai của địa phương (minh họa)",
        deliverable="Báo cáo rà soát",
        due_on=stage.day(45),
    )
