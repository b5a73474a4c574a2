"""Illustrative tasks that wait for the approver, made by the real actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from audit.models import Event
from committees.models import Body
from demo.people import Cast
from tasks import actions
from tasks.actions.task_fields import PartSpec
from tasks.models import Part, Task


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Bodies by their codes; those of helpers with a space between them."""

    assigner: str
    lead: str
    helpers: str = ""
    pillar: str
    title: str
    title_en: str
    deliverable: str = ""


DRAFTS = (
    Draft(
        assigner="BCDCP",
        lead="BKHCN",
        helpers="VPCP BCA",
        pillar="Chuyển đổi số",
        title="Xây dựng báo cáo tháng về tiến độ nhiệm vụ của các bộ, ngành (minh họa)",
        title_en="Prepare the monthly report on the progress of ministries (illustrative)",
        deliverable="Báo cáo tháng",
    ),
    Draft(
        assigner="BCDCP",
        lead="BNV",
        helpers="BTC",
        pillar="Cải cách hành chính",
        title="Đề xuất chế độ cho cán bộ đầu mối chuyển đổi số cấp xã (minh họa)",
        title_en="Propose a regime for digital contacts in communes (illustrative)",
    ),
    Draft(
        assigner="BCD-KHANHHOA",
        lead="SYT-KHANHHOA",
        helpers="CA-KHANHHOA BHXH-KHANHHOA",
        pillar="VII. Xã hội số",
        title="Lập danh sách cơ sở khám chữa bệnh chưa kết nối Sổ sức khỏe điện tử (minh họa)",
        title_en="List the health facilities not yet connected to the health book (illustrative)",
        deliverable="Danh sách theo xã, phường",
    ),
    Draft(
        assigner="BCD-KHANHHOA",
        lead="SNV-KHANHHOA",
        helpers="BTCTU-KHANHHOA",
        pillar="VIII. Nguồn nhân lực",
        title="Mở lớp bồi dưỡng kỹ năng số cho cán bộ cấp xã (minh họa)",
        title_en="Train commune staff in digital skills (illustrative)",
        deliverable="Báo cáo kết quả lớp bồi dưỡng",
    ),
    Draft(
        assigner="BCD-KHANHHOA",
        lead="VPUB-KHANHHOA",
        pillar="V. Dịch vụ công trực tuyến",
        title="Khảo sát mức độ hài lòng của người dân tại trung tâm phục vụ hành chính công (minh họa)",
        title_en="Survey how satisfied people are at public service centres (illustrative)",
    ),
)


def load(bodies: dict[str, Body], cast: Cast, base: date) -> int:
    """Propose the drafts that were never drafted; gives how many."""
    drafted = set(Event.objects.filter(verb="task_drafted").values_list("about_name", flat=True))
    new = [draft for draft in DRAFTS if draft.title not in drafted]
    for place, draft in enumerate(new):
        _propose(bodies, cast, base + timedelta(days=20 + 5 * place), draft)
    return len(new)


def _propose(bodies: dict[str, Body], cast: Cast, due_on: date, draft: Draft) -> None:
    secretary = "khanhhoa.secretary" if draft.assigner == "BCD-KHANHHOA" else "government.secretary"
    by = cast.by_username[secretary]
    task = Task(
        assigner=bodies[draft.assigner],
        lead=bodies[draft.lead],
        pillar=draft.pillar,
        title=draft.title,
        title_en=draft.title_en,
        deliverable=draft.deliverable,
        description="Nhiệm vụ minh họa, không thuộc văn bản nào.",
        due_on=due_on,
    )
    parts = [PartSpec(bodies[code], Part.Kind.COORDINATING.value) for code in draft.helpers.split()]
    actions.propose(task=actions.new_task(task=task, parts=parts, by=by), by=by)
