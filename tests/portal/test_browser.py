"""A real browser on the real demonstration: the main job end to end, and every page as people see it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect

from committees.models import Body, Membership, Person
from committees.roles import Role
from demo.bodies import places
from demo.current_tasks import LEAVER
from demo.orders import FEES
from imports import actions as import_actions
from notices.models import Notice
from portal.shared.days import today
from tasks.fan_outs import actions as fan_out_actions
from tasks.many import actions as many
from tasks.models import FanOut, Order, Run, RunRow, Task
from tasks.orders import actions as order_actions
from tasks.orders import relation_actions
from tasks.verbs import VERBS
from tests.support.browser import DESK, PHONE, follow, sign_in
from tests.support.office import document
from tests.support.people import appoint, make_person

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

REPORT = "Đã đưa 100% thủ tục đủ điều kiện lên trực tuyến."


@pytest.fixture
def demo(transactional_db: None, live_server: Any, settings: Any) -> Any:
    """The demonstration behind a real server, with Nghệ An's late task still to be done."""
    settings.DEBUG = True
    call_command("load_demo", verbosity=0)
    settings.DEBUG = False
    # Where DEBUG is off, an account of the demonstration signs in no more.
    Person.objects.update(is_demo=False)
    return live_server


def late_task_of(code: str) -> Task:
    tasks = Task.objects.overdue(today()).filter(lead__code=code, assigner__code="BCDCP", state="in_progress")
    return tasks.late_first().get()


def test_the_main_job_end_to_end(demo: Any, desk: Page, tmp_path: Any) -> None:
    """Nghệ An's secretary delivers what is overdue; the Government committee's secretary confirms it."""
    task = late_task_of("BCD-NGHEAN")
    proof = tmp_path / "bao-cao.pdf"
    proof.write_bytes(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n")

    sign_in(desk, demo, "nghean.secretary")
    follow(desk, f'main a[href="/tasks/{task.pk}/"]')
    expect(desk.locator("[data-is=overdue]").first).to_be_visible()
    follow(desk, f'main a[href="/tasks/{task.pk}/submit/"]')
    desk.fill("[name=report]", REPORT)
    desk.set_input_files("[name=file]", proof)
    follow(desk, "main form .btn.main")
    desk.wait_for_url(f"{demo.url}/tasks/{task.pk}/")
    task.refresh_from_db()
    assert (task.state, task.submitted_by) == ("submitted", Person.objects.get(username="nghean.secretary"))
    expect(desk.locator("text=bao-cao.pdf").first).to_be_visible()

    sign_in(desk, demo, "government.secretary")
    desk.goto(f"{demo.url}/tasks/{task.pk}/")
    expect(desk.locator(f"text={REPORT}").first).to_be_visible()
    with desk.expect_download() as download:
        desk.click("text=bao-cao.pdf")
    assert download.value.path().read_bytes() == proof.read_bytes()
    desk.click("#ask-confirm summary")
    follow(desk, f'form[action="/tasks/{task.pk}/confirm/"] button')
    task.refresh_from_db()
    assert (task.state, task.confirmed_by) == (
        "completed",
        Person.objects.get(username="government.secretary"),
    )
    assert task.standing(today() + timedelta(days=400)) == "done_late"

    sign_in(desk, demo, "bacninh.secretary")
    assert desk.request.get(f"{demo.url}/tasks/{task.pk}/").status == 404


@pytest.mark.once
def test_an_order_goes_to_34_provinces_and_comes_back_as_a_sum(demo: Any, desk: Page) -> None:
    """Prepared by the secretary, approved by the head, made by the job; one province reports, one moves."""
    task = Task.objects.get(title__startswith="Trình Chương trình chuyển đổi số quốc gia")
    prepare(desk, demo, task, [f"BCD-{place.code}" for place in places()])
    fan_out = task.fan_outs.get()

    sign_in(desk, demo, "government.head")
    follow(desk, f'main a[href="/tasks/{task.pk}/"]')
    follow(desk, f'main a[href="{fan_out.get_absolute_url()}"]')
    follow(desk, f'form[action="{fan_out.get_absolute_url()}start/"] button')
    fan_out_actions.give_fan_out(fan_out.pk)
    desk.goto(demo.url + fan_out.get_absolute_url())
    expect(desk.locator("text=34/34").first).to_be_visible()
    assert rolled_up(desk, demo, task) == {"given": 34, "in_time": 34, "done_on_time": 0, "silent": 34}

    one = task.children.get(lead__code="BCD-NGHEAN")
    sign_in(desk, demo, "nghean.secretary")
    desk.goto(f"{demo.url}/tasks/{one.pk}/submit/")
    desk.fill("[name=report]", REPORT)
    desk.fill("[name=document]", "15/BC-BCĐ")
    follow(desk, "main form .btn.main")
    desk.wait_for_url(f"{demo.url}/tasks/{one.pk}/")
    sign_in(desk, demo, "government.secretary")
    assert rolled_up(desk, demo, task) == {"given": 34, "in_time": 34, "done_on_time": 0, "silent": 33}
    desk.goto(f"{demo.url}/tasks/{one.pk}/")
    desk.click("#ask-confirm summary")
    follow(desk, f'form[action="/tasks/{one.pk}/confirm/"] button')
    assert rolled_up(desk, demo, task) == {"given": 34, "in_time": 33, "done_on_time": 1, "silent": 33}
    # One of 34 is done: the sum beside what the lead says of the whole.
    desk.goto(f"{demo.url}/tasks/{task.pk}/")
    expect(desk.locator("b", has_text=re.compile(r"^2%$")).first).to_be_visible()


def prepare(page: Page, demo: Any, task: Task, codes: list[str]) -> None:
    """Nothing is saved before the list of bodies was shown."""
    sign_in(page, demo, "government.secretary")
    page.goto(f"{demo.url}/tasks/{task.pk}/")
    follow(page, f'main a[href="/tasks/{task.pk}/fan-out/"]')
    page.fill("[name=bodies]", "\n".join(codes))
    page.fill("[name=due_on]", f"{today() + timedelta(days=30):%d/%m/%Y}")
    follow(page, "main form .btn.main")
    expect(page.locator("input[name=without]")).to_have_count(len(codes))
    assert not task.fan_outs.exists()
    follow(page, "main form .btn.main")
    assert task.fan_outs.get().recipients.count() == len(codes)


def rolled_up(page: Page, demo: Any, task: Task) -> dict[str, int]:
    """The figures as the page shows them, beside those of its rows."""
    page.goto(f"{demo.url}/tasks/{task.pk}/below/?by=body")
    shown = {"given": page.locator(".tally a").first.locator("b").inner_text()}
    for name in ("in_time", "done_on_time"):
        shown[name] = page.locator(f".tally a[data-is={name}] b").inner_text()
    silent = page.locator("p", has_text=re.compile("chưa phản hồi")).first.inner_text()
    figures = {name: int(text) for name, text in shown.items()}
    return figures | {"silent": int(re.findall(r"\d+", silent)[0])}


APPENDIX = (
    ["STT", "Nhiệm vụ", "Cơ quan chủ trì", "Cơ quan phối hợp", "Sản phẩm", "Thời hạn"],
    ["1", "Kết nối cơ sở dữ liệu về đất đai", "Bộ Công an", "", "Báo cáo", "trước ngày 30/6/2027"],
    ["1.1", "Khảo sát hiện trạng kết nối đất đai", "Cục Chưa có tên", "", "Báo cáo", "tháng 3/2027"],
    ["2", "Ban hành chuẩn kết nối đất đai", "Bộ Công an", "", "Thông tư", "30/6"],
)


@pytest.mark.once
def test_an_appendix_becomes_drafts_and_is_taken_back(demo: Any, desk: Page, tmp_path: Any) -> None:
    """Uploaded, read by the job while the page waits; a name and a day are answered; written; undone."""
    order = Order.objects.filter(body__code="BCDCP").earliest("pk")
    before = order.tasks.count()
    paper = tmp_path / "phu-luc.docx"
    paper.write_bytes(document(APPENDIX).getvalue())

    sign_in(desk, demo, "government.secretary")
    desk.goto(f"{demo.url}{order.get_absolute_url()}")
    follow(desk, f'a[href="{order.get_absolute_url()}imports/new/"]')
    desk.set_input_files("[name=file]", paper)
    follow(desk, "main form .btn.main")
    imported = order.imports.get()
    import_actions.read_import(imported.pk)
    desk.wait_for_selector("#row-3", timeout=20_000)
    expect(desk.locator("text=29/06/2027").first).to_be_visible()

    desk.fill("[name=other]", "BTC")
    follow(desk, f'form[action="{imported.get_absolute_url()}name/"] button')
    follow(desk, "#row-3 a.btn")
    desk.fill("[name=due_on]", "30/06/2027")
    follow(desk, "main form .btn.main")
    desk.wait_for_selector("#row-3")
    assert not any(imported.rows.values_list("problems", flat=True))

    follow(desk, f'form[action="{imported.get_absolute_url()}write/"] button')
    drafts = list(imported.drafts().order_by("import_rows__position"))
    assert [task.due_on.isoformat() for task in drafts if task.due_on] == [
        *("2027-06-29", "2027-03-31", "2027-06-30"),
    ]
    assert (drafts[1].parent, str(drafts[1].lead and drafts[1].lead.code)) == (drafts[0], "BTC")
    follow(desk, f'main aside a[href*="order={order.pk}"]')
    expect(desk.locator(f'a[href="{drafts[0].get_absolute_url()}"]').first).to_be_visible()

    desk.goto(f"{demo.url}{imported.get_absolute_url()}undo/")
    follow(desk, "main form .btn.risk")
    desk.wait_for_url(f"{demo.url}{order.get_absolute_url()}")
    assert order.tasks.count() == before


def pages_of_an_import() -> list[str]:
    """A file that is being read, one that waits for a look, one of its rows."""
    by = Person.objects.get(username="government.secretary")
    order = Order.objects.filter(body__code="BCDCP").earliest("pk")
    if not order.imports.exists():
        for _again in range(2):
            file = SimpleUploadedFile("phu-luc.docx", document(APPENDIX).getvalue())
            imported = import_actions.start_import(order=order, file=file, by=by)
        import_actions.read_import(imported.pk)
    ready, reading = (one.get_absolute_url() for one in order.imports.all()[:2])
    return [f"{order.get_absolute_url()}imports/new/", reading, ready, f"{ready}rows/2/"]


def pages_of(who: str) -> list[str]:
    task = late_task_of("BCD-NGHEAN")
    body = Body.objects.get(code="BCD-NGHEAN")
    own = [
        "/",
        "/tasks/",
        "/tasks/?standing=overdue&q=thu+tuc",
        "/tasks/?q=khong-co-gi-nhu-the",
        "/tasks/led-before/",
        "/search/?q=ke+hoach",
        "/search/?q=khong-co-gi-nhu-the",
        f"/tasks/{task.pk}/",
        f"/tasks/{task.pk}/why/",
        "/orders/",
        f"/orders/{task.order_id}/",
        "/bodies/",
        body.get_absolute_url(),
        f"/bodies/{'BCD-NGHEAN' if who == 'nghean.secretary' else 'BCDCP'}/reminders/",
        "/notices/",
        f"/notices/{Notice.objects.filter(person__username=who).latest('pk').pk}/",
        "/notices/preferences/",
        "/reports/",
        "/profile/",
        "/accounts/password/",
        "/accounts/forgotten/",
        "/accounts/forgotten/done/",
    ]
    lead = [
        f"/tasks/{task.pk}/{verb}/"
        for verb in ("submit", "progress", "add-evidence", "name-people", "comment")
    ]
    lead += later_pages_of_a_lead()
    giver = ["/deciding/?mine=confirm&work=1", "/deciding/?mine=decide", "/deciding/?q=khong-co"]
    giver += ["/tasks/new/", "/orders/new/", f"/tasks/{task.pk}/edit/", f"/tasks/{task.pk}/withdraw/"]
    giver += [
        f"/tasks/{task.pk}/{verb}/" for verb in ("change-lead", "supersede", "suspend", "set-milestones")
    ]
    giver += later_pages_of_a_giver() + pages_of_related_orders() + pages_of_an_import()
    giver += pages_of_runs()
    return own + (lead if who == "nghean.secretary" else giver)


def colleague() -> Membership:
    """An officer of this body alone, about whom its secretary decides."""
    known = Membership.objects.filter(person__username="nghean.colleague").first()
    body = Body.objects.get(code="BCD-NGHEAN")
    return known or appoint(make_person("nghean.colleague"), body, Role.OFFICER)


def later_pages_of_a_lead() -> list[str]:
    """A task flagged as at risk with shares below it, one without a contact, an absence, a leaver."""
    weighed = Task.objects.get(title=FEES, lead__code="BCD-NGHEAN")
    left = Task.objects.get(contact__username=LEAVER)
    term = colleague()
    verbs = ("flag-risk", "ask-extension", "ask-withdrawal", "set-weights")
    return [
        *(f"/tasks/{weighed.pk}/", f"/tasks/{weighed.pk}/below/", f"/tasks/{left.pk}/"),
        *(f"/tasks/{weighed.pk}/{verb}/" for verb in verbs),
        f"/bodies/BCD-NGHEAN/members/{term.pk}/away/",
        f"/people/{term.person_id}/leave/",
        f"/bodies/BCD-NGHEAN/people/{term.person_id}/",
        "/bodies/BCD-NGHEAN/people/?q=so&role=member&starts_on=01/12/2026",
        "/bodies/BCD-NGHEAN/below/",
    ]


def pages_of_runs() -> list[str]:
    """Rows chosen in a list, the page before anything is done, one on its way, and a result."""
    by = Person.objects.get(username="government.secretary")
    keys = list(Task.objects.visible_to(by).order_by("pk").values_list("pk", flat=True)[:60])
    runs = [many.prepare_run(verb=VERBS["edit"], keys=keys, by=by) for _state in Run.State]
    for run, state in zip(runs, Run.State, strict=True):
        # As if its tasks had been done: other tests read them.
        ended = run.prepared_at if state == Run.State.DONE else None
        Run.objects.filter(pk=run.pk).update(state=state, started_at=run.prepared_at, finished_at=ended)
        run.rows.filter(run__state="done").waiting().update(outcome=RunRow.Outcome.DONE)
    return ["/tasks/?pick=page", "/tasks/?pick=all", *(run.get_absolute_url() for run in runs)]


def pages_of_related_orders() -> list[str]:
    """An order with a chain both ways that replaces another: its page, its relations, the tasks left."""
    order, old = (Order.objects.get(number=number) for number in ("03/NQ-CP", "56/TB-VPCP"))
    by = Person.objects.get(username="government.secretary")
    if not old.related_by.filter(kind="replaces").exists():
        new = order_actions.save_order(order=Order(body=order.body, number="57/TB-VPCP", kind="plan"), by=by)
        relation_actions.relate(order=new, kind="replaces", other=old, by=by)
    new = Order.objects.get(number="57/TB-VPCP")
    url = new.get_absolute_url()
    return [
        *("/orders/?q=57&year=2025&kind=plan", order.get_absolute_url(), old.get_absolute_url()),
        *(url, f"{url}relations/", f"{url}replaces/{old.pk}/"),
    ]


def later_pages_of_a_giver() -> list[str]:
    """Cycles with what falls due in them, what waits to be given to many, a request answered."""
    cycle = Task.objects.get(recurrence__isnull=False, order=None, assigner__code="BCDCP")
    fan_out = FanOut.objects.get()
    answered = Task.objects.get(title=FEES, lead__code="BCD-HAIPHONG")
    return [
        *(f"/tasks/{cycle.pk}/", f"/tasks/{cycle.pk}/edit/"),
        *(f"/tasks/{fan_out.task_id}/", fan_out.get_absolute_url(), f"/tasks/{fan_out.task_id}/fan-out/"),
        *(f"/tasks/{answered.pk}/", f"/tasks/{answered.parent_id}/below/"),
    ]


# What other colours can change of a page that is fine in light ones, and what a narrower one cannot.
# Nodes that pass are counted and not told one by one.
ALL: dict[str, Any] = {"resultTypes": ["violations"]}
COLOURS: dict[str, Any] = {**ALL, "runOnly": {"type": "rule", "values": ["color-contrast"]}}
ALL_BUT_COLOURS: dict[str, Any] = {**ALL, "rules": {"color-contrast": {"enabled": False}}}


@pytest.mark.once
@pytest.mark.parametrize("who", ["nghean.secretary", "government.secretary"])
def test_every_page_is_accessible_and_fits(demo: Any, browser: Browser, who: str) -> None:
    """axe finds nothing and no page is wider than the screen, down to 320 px; in dark at a desk."""
    context = browser.new_context(viewport=DESK, color_scheme="light", locale="vi-VN")  # type: ignore[arg-type]
    page, axe = context.new_page(), Axe()
    found: list[tuple[Any, ...]] = []
    sign_in(page, demo, who)
    for path in pages_of(who):
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
        answer = page.goto(demo.url + path)
        assert answer
        assert answer.status == 200, path
        for scheme, options in (("light", ALL), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            for violation in axe.run(page, options=options).response["violations"]:
                nodes = [node["html"][:120] for node in violation["nodes"][:2]]
                found.append((path, f"desk, {scheme}", violation["id"], nodes))
        page.emulate_media(color_scheme="light")
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append((path, width, "wider than the screen", []))
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        # What only a telephone shows are the bars at its foot: that of every page, and that of a task.
        options = ALL if re.fullmatch(r"/(tasks/\d+/)?", path) else ALL_BUT_COLOURS
        violations = axe.run(page, options=options).response["violations"]
        found += [(path, "phone", violation["id"], []) for violation in violations]
    context.close()
    assert found == []
