"""How each person is told: what may be chosen, the page, the API, the event, and what a letter leaves out."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from audit.models import Event
from committees.models import Person
from notices import kinds, preferences
from notices.delivery import recheck
from notices.drop_reasons import ReaderReason
from notices.models import Letter, Notice, Preference
from notices.preferences import How, offered_choices, save_preferences
from portal.shared.days import today
from portal.shared.verdicts import Refused
from tests.support.people import TaskAt

pytestmark = pytest.mark.once

People = dict[str, Person]


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


QUESTIONS = ("all_to_do", "all_changes", "all_news")


def everything(**chosen: str) -> dict[str, str]:
    """The form as it stands on the page, every answer "daily" but those that are named."""
    of_kinds = [kind.name for kind in kinds.every() if len(offered_choices(kind)) > 1]
    return dict.fromkeys((*QUESTIONS, *of_kinds), "daily") | chosen


def test_reminders_leave_no_choice_and_duties_cannot_be_switched_off() -> None:
    assert offered_choices(kinds.get("overdue")) == offered_choices(kinds.get("escalated")) == (How.DAILY,)
    assert offered_choices(kinds.get("task_sent_back")) == (How.DAILY, How.AT_ONCE)
    assert offered_choices(kinds.get("task_confirmed")) == (How.DAILY, How.AT_ONCE, How.PORTAL)


def test_choices_are_kept_with_one_event(people: People) -> None:
    officer = people["officer"]
    save_preferences(person=officer, by=officer, chosen={"task_confirmed": "portal"})
    save_preferences(person=officer, by=officer, chosen={"task_sent_back": "at_once"})
    assert preferences.read_preferences(officer)["task_confirmed"] == How.PORTAL
    assert preferences.read_preferences(officer)["task_sent_back"] == How.AT_ONCE
    event = Event.objects.latest("pk")
    assert (event.verb, event.about_id, event.by) == ("preferences_changed", officer.pk, officer)
    count = Event.objects.count()
    save_preferences(person=officer, by=officer, chosen={"task_sent_back": "at_once"})
    assert Event.objects.count() == count
    save_preferences(
        person=officer, by=officer, chosen=dict.fromkeys(("task_confirmed", "task_sent_back"), "daily")
    )
    assert not Preference.objects.exists()


@pytest.mark.parametrize(
    "chosen",
    [
        {"overdue": "portal"},
        {"overdue": "at_once"},
        {"weekly_summary": "at_once"},
        {"task_sent_back": "portal"},
        {"task_suspended": "by pigeon"},
        {"x": "daily"},
    ],
)
def test_what_is_not_offered_is_refused_whole(people: People, chosen: dict[str, str]) -> None:
    officer = people["officer"]
    with pytest.raises(ValidationError):
        save_preferences(person=officer, by=officer, chosen={"task_confirmed": "portal", **chosen})
    assert not Preference.objects.exists()


def test_nobody_chooses_for_another(people: People) -> None:
    with pytest.raises(Refused):
        save_preferences(person=people["officer"], by=people["admin"], chosen={"task_confirmed": "portal"})


def test_the_page(people: People) -> None:
    client = signed_in(people["officer"])
    page = client.get("/notices/preferences/", headers={"accept-language": "en"})
    assert 'name="overdue"' not in page.content.decode()
    chosen = everything(task_confirmed="portal", task_sent_back="at_once")
    assert client.post("/notices/preferences/", chosen).status_code == 302
    assert preferences.read_preferences(people["officer"])["task_confirmed"] == How.PORTAL
    assert preferences.read_preferences(people["officer"])["task_sent_back"] == How.AT_ONCE
    wrong = client.post("/notices/preferences/", everything(task_sent_back="portal"))
    assert wrong.status_code == 200
    assert preferences.read_preferences(people["officer"])["task_sent_back"] == How.AT_ONCE


def test_one_answer_for_all_kinds_of_a_question(people: People) -> None:
    officer = people["officer"]
    client = signed_in(officer)

    def ways(**posted: str) -> dict[str, How]:
        assert client.post("/notices/preferences/", posted).status_code == 302
        return preferences.read_preferences(officer)

    news = [kind.name for kind in kinds.every() if preferences.is_switchable(kind)]
    # What was answered by itself follows its own answer; what belongs to other questions stays.
    answers = ways(**everything(all_news="portal", task_confirmed="at_once"))
    assert answers["task_confirmed"] == How.AT_ONCE
    assert {answers[name] for name in news if name != "task_confirmed"} == {How.PORTAL}
    assert answers["task_sent_back"] == answers["task_urged"] == How.DAILY
    # The page shows that its kinds differ, and saved as it stands nothing changes.
    page = client.get("/notices/preferences/").context["form"]
    assert [page[name].initial for name in QUESTIONS] == ["daily", "daily", "one_by_one"]
    shown = {name: str(page[name].initial) for name in page.fields}
    assert ways(**shown) == answers
    # Every choice is behind exactly one question.
    behind = [row.name for _question, rows, _is_open in page.rows for row in rows]
    assert sorted(behind) == sorted(set(everything()) - set(QUESTIONS))
    assert ways(**{**shown, "all_to_do": "at_once"})["task_urged"] == How.AT_ONCE


def test_the_api(people: People) -> None:
    client = signed_in(people["officer"])

    def put(data: Any) -> Any:
        return client.put("/api/notices/preferences/", data, content_type="application/json")

    assert put({"preferences": {"task_confirmed": "at_once"}}).status_code == 200
    rows = {row["kind"]: row for row in client.get("/api/notices/preferences/").json()}
    assert rows["task_confirmed"]["how"] == "at_once"
    assert rows["overdue"]["offered"] == ["daily"]
    refused = put({"preferences": {"overdue": "portal"}})
    assert (refused.status_code, list(refused.json())) == (400, ["overdue"])
    assert put({"preferences": []}).status_code == put({}).status_code == 400


def test_what_is_read_in_the_portal_goes_into_no_letter(people: People, task_at: TaskAt) -> None:
    officer = people["officer"]
    save_preferences(person=officer, by=officer, chosen={"task_confirmed": "portal"})
    # Whatever stands in a row: a duty is not switched off.
    Preference.objects.create(person=officer, kind="task_assigned", how="portal")
    task_at("completed")
    mine = list(Notice.objects.filter(person=officer, kind__in=("task_confirmed", "task_assigned")))
    reasons = recheck.find_drop_reasons(mine, today())
    recheck.drop_notices(reasons)
    by_kind = {one.kind: reasons.get(one.pk, "") for one in mine}
    assert by_kind["task_confirmed"] == ReaderReason.IN_PORTAL != by_kind["task_assigned"]
    assert Notice.objects.for_person(officer).filter(kind="task_confirmed").exists()
    assert not Letter.objects.exists()
