"""Illustrative tasks that wait for the approver, made by the real actions."""

from __future__ import annotations

from datetime import date, timedelta

from audit.models import Event
from committees.models import Body
from demo.people import Cast
from tasks import actions
from tasks.actions.task_fields import PartSpec
from tasks.models import Part, Task

DRAFTS = (
    (
        "BCDCP",
        "BKHCN",
        "VPCP BCA",
        "Chuyển đổi số",
        "Xây dựng báo cáo tháng về tiến độ nhiệm vụ của các bộ, ngành (minh họa)",
        "Prepare the monthly report on the progress of ministries (illustrative)",
        "Báo cáo tháng",
    ),
    (
        "BCDCP",
        "BNV",
        "BTC",
        "Cải cách hành chính",
        "Đề xuất chế độ cho cán bộ đầu mối chuyển đổi số cấp xã (minh họa)",
        "Propose a regime for digital contacts in communes (illustrative)",
        "",
    ),
    (
        "BCD-KHANHHOA",
        "SYT-KHANHHOA",
        "CA-KHANHHOA BHXH-KHANHHOA",
        "VII. Xã hội số",
        "Lập danh sách cơ sở khám chữa bệnh chưa kết nối Sổ sức khỏe điện tử (minh họa)",
        "List the health facilities not yet connected to the health book (illustrative)",
        "Danh sách theo xã, phường",
    ),
    (
        "BCD-KHANHHOA",
        "SNV-KHANHHOA",
        "BTCTU-KHANHHOA",
        "VIII. Nguồn nhân lực",
        "Mở lớp bồi dưỡng kỹ năng số cho cán bộ cấp xã (minh họa)",
        "Train commune staff in digital skills (illustrative)",
        "Báo cáo kết quả lớp bồi dưỡng",
    ),
    (
        "BCD-KHANHHOA",
        "VPUB-KHANHHOA",
        "",
        "V. Dịch vụ công trực tuyến",
        "Khảo sát mức độ hài lòng của người dân tại trung tâm phục vụ hành chính công (minh họa)",
        "Survey how satisfied people are at public service centres (illustrative)",
        "",
    ),
)


def load(bodies: dict[str, Body], cast: Cast, base: date) -> int:
    """Propose the drafts that were never drafted; gives how many."""
    drafted = set(Event.objects.filter(verb="task_drafted").values_list("about_name", flat=True))
    new = [draft for draft in DRAFTS if draft[4] not in drafted]
    for nth, draft in enumerate(new):
        _propose(bodies, cast, base + timedelta(days=20 + 5 * nth), draft)
    return len(new)


def _propose(bodies: dict[str, Body], cast: Cast, due_on: date, draft: tuple[str, ...]) -> None:
    assigner, lead, helpers, pillar, title, title_en, deliverable = draft
    by = cast.by_username["khanhhoa.secretary" if assigner == "BCD-KHANHHOA" else "government.secretary"]
    task = Task(
        assigner=bodies[assigner],
        lead=bodies[lead],
        pillar=pillar,
        title=title,
        title_en=title_en,
        deliverable=deliverable,
        description="Nhiệm vụ minh họa, không thuộc văn bản nào.",
        due_on=due_on,
    )
    parts = [PartSpec(bodies[code], Part.Kind.COORDINATING.value) for code in helpers.split()]
    actions.propose(task=actions.new_task(task=task, parts=parts, by=by), by=by)
