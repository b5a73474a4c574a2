"""What stays to be read of a notice when its task is gone, led by another body, or no longer readable."""

from __future__ import annotations

import pytest
from django.test import Client

from committees.models import Membership, Person
from committees.roles import Role
from notices.models import Notice
from portal.shared.days import today
from reminders import kinds
from tasks import actions
from tasks.drop_reasons import TaskReason
from tasks.models import Task
from tests.support.people import Bodies, TaskAt, appoint

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_english")]

People = dict[str, Person]


def notice_of(task: Task, reader: Person, kind: str = "task_assigned") -> Notice:
    return Notice.objects.get(kind=kind, about_id=task.pk, person=reader)


def line_of(notice: Notice) -> tuple[str, str, str]:
    [line] = kinds.compose([notice], today()).values()
    return line.title, line.sentence, line.url


def test_a_task_that_no_longer_exists_is_said_to_be_gone(task_at: TaskAt, people: People) -> None:
    notice = notice_of(task_at("assigned", title="Lập danh mục"), people["officer"])
    assert line_of(notice)[0] == "Lập danh mục"
    Task.objects.filter(pk=notice.about_id).delete()
    title, sentence, url = line_of(notice)
    assert (title, sentence, url) == ("New task", "The task no longer exists.", "/notices/")


def test_of_a_task_that_another_body_leads_nothing_of_today_is_told(
    client: Client, task_at: TaskAt, people: People, bodies: Bodies
) -> None:
    task, officer = task_at("assigned", title="Lập danh mục"), people["officer"]
    notice = notice_of(task, officer)
    actions.change_lead(task=task, by=people["head"], lead=bodies.sister, reason="Đúng thẩm quyền.")
    values = {"title": "Lập danh mục theo yêu cầu mới"}
    actions.edit_task(task=Task.objects.get(pk=task.pk), values=values, by=people["head"])
    # Whoever reads the task by another office still reads no news of a lead that is not theirs any more.
    appoint(officer, bodies.committee, Role.MEMBER)
    assert Task.objects.visible_to(officer).filter(title=values["title"]).exists()
    assert line_of(notice) == ("New task", str(TaskReason.OTHER_LEAD.label), task.get_absolute_url())
    client.force_login(officer)
    assert "theo yêu cầu mới" not in client.get("/notices/").content.decode()


def test_who_can_no_longer_see_the_task_reads_nothing_of_it(task_at: TaskAt, people: People) -> None:
    notice = notice_of(task_at("assigned", title="Lập danh mục"), people["officer"])
    Membership.objects.filter(person=people["officer"]).delete()
    title, sentence, url = line_of(notice)
    assert "Lập danh mục" not in title + sentence
    assert sentence.startswith("You can no longer see this task:")
    assert url == "/notices/"
