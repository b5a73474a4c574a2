"""The page of a body's reminders, the same in the API and the admin: read, changed, refused, looked at."""

import re
from datetime import date, time, timedelta
from html import unescape

import pytest
from django.urls import reverse

from audit.models import Event
from committees.roles import Role
from notices.models import CalendarDay, EscalationStep, Notice, Policy
from notices.policy import schedule as policies
from notices.policy.schedule import DEFAULT, Rung
from notices.public_holidays import fill_years
from portal.shared.days import today
from reminders import planning as reminders
from reminders.forecast import Forecast
from tasks.models import Task
from tests.support.people import appoint, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PAGE = "/bodies/COMMITTEE/reminders/"
API = "/api/bodies/COMMITTEE/reminders/"
TYPED = {
    "before": "5, 2",
    "on_the_day": "on",
    "after": "2",
    "weekly": "on",
    "hour": "09:00",
    "quiet_from": "17:30",
    "quiet_until": "07:30",
    "told": [],
    "late-0": "2",
    "who-0": "assigner:secretary",
    "late-1": "",
    "who-1": "",
    "version": "0",
}
SENT = {
    "before": [5, 2],
    "on_the_day": True,
    "after": [2],
    "weekly": True,
    "hour": "09:00",
    "quiet_from": "17:30",
    "quiet_until": "07:30",
    "muted": [],
    "escalation": [{"days_late": 2, "side": "assigner", "role": "secretary"}],
    "version": 0,
}


def own(bodies) -> policies.PolicyRules:
    return policies.read_policies([bodies.committee.pk])[bodies.committee.pk]


@pytest.fixture
def secretary(client, people):
    client.force_login(people["secretary"])
    return client


def words(response) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_saved_on_the_page(secretary, bodies, people):
    answer = secretary.post(PAGE, TYPED)
    assert (answer.status_code, answer.url) == (302, PAGE)
    rules = own(bodies)
    assert (rules.before, rules.after, rules.hour) == ((5, 2), (2,), time(9))
    assert rules.escalation == (Rung(2, "assigner", "secretary"),)
    event = Event.objects.get(verb="reminder_policy_changed")
    assert (event.by, event.body_ids) == (people["secretary"], [bodies.committee.pk])
    assert (event.before["before"], event.after["before"]) == ([1, 3, 7], [2, 5])
    assert (len(event.before["escalation"]), len(event.after["escalation"])) == (3, 1)
    shown = secretary.get(PAGE)
    assert 'value="5, 2"' in shown.content.decode()


def test_saving_what_is_there_is_no_event(secretary):
    secretary.post(PAGE, TYPED)
    secretary.post(PAGE, TYPED | {"version": "1"})
    assert Event.objects.filter(verb="reminder_policy_changed").count() == 1
    assert Policy.objects.get().version == 1


def test_back_to_the_default(secretary, bodies):
    secretary.post(PAGE, TYPED)
    secretary.post(PAGE, {"default": "1"})
    assert own(bodies) == DEFAULT
    assert 'name="default"' not in secretary.get(PAGE).content.decode()


def test_the_second_of_two_is_told(secretary, bodies, client):
    secretary.post(PAGE, TYPED)
    late = secretary.post(PAGE, TYPED | {"before": "9"})
    assert late.status_code == 409
    assert own(bodies).before == (5, 2)
    assert 'value="9"' in late.content.decode()
    assert 'name="version" value="1"' in late.content.decode()


@pytest.mark.parametrize(
    "typed, sentence",
    [
        ({"before": "7, 3, 7"}, "twice"),
        ({"before": "-3"}, "from 1 to 60"),
        ({"before": "0"}, "from 1 to 60"),
        ({"after": "61"}, "from 1 to 60"),
        ({"after": "three"}, "Write numbers with commas"),
        ({"before": ", ".join(map(str, range(1, 12)))}, "At most 10 steps"),
        ({"quiet_from": "08:00", "quiet_until": "08:00"}, "leave no hour"),
        ({"quiet_from": "08:30", "quiet_until": "08:00", "hour": "08:00"}, "leave no hour"),
        ({"hour": "06:00"}, "nobody may be written to"),
        ({"hour": "17:00"}, "less than an hour"),
        ({"hour": "23:30", "quiet_from": "", "quiet_until": ""}, "less than an hour"),
        ({"quiet_until": ""}, "both ends"),
        ({"hour": "25:00"}, "hours and minutes"),
        ({"late-1": "2", "who-1": "assigner:secretary"}, "twice"),
        ({"late-1": "0", "who-1": "lead:head"}, "from 1 to 60"),
        ({"late-1": "3"}, "Choose who is told"),
        ({"who-1": "lead:head"}, "Write after how many"),
        ({"who-0": "lead:king"}, "valid choice"),
        ({"told": ["overdue"]}, "valid choice"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(secretary, people, bodies, typed, sentence):
    people["secretary"].language = "en"
    people["secretary"].save()
    answer = secretary.post(PAGE, TYPED | typed)
    assert answer.status_code == 200
    assert sentence in words(answer)
    assert not Policy.objects.exists()
    assert not Event.objects.filter(verb="reminder_policy_changed").exists()


@pytest.mark.parametrize(
    "sent, field",
    [
        ({"before": [7, 7]}, "before"),
        ({"before": [-1]}, "before"),
        ({"before": ["x"]}, "before"),
        ({"before": list(range(1, 12))}, "before"),
        ({"quiet_from": "08:00", "quiet_until": "08:00"}, "quiet_until"),
        ({"hour": "05:00"}, "hour"),
        ({"muted": ["overdue"]}, "muted"),
        ({"muted": ["due_soon"]}, "muted"),
        ({"muted": ["nonsense"]}, "muted"),
        ({"escalation": [{"days_late": 1, "side": "lead", "role": "king"}]}, "escalation"),
        ({"escalation": [{"days_late": 1, "side": "lead", "role": "head"}] * 2}, "escalation"),
        ({"colour": 1}, "colour"),
    ],
)
def test_nonsense_over_the_api(secretary, sent, field):
    answer = secretary.put(API, SENT | sent, content_type="application/json")
    assert answer.status_code == 400
    assert field in answer.json()
    assert not Policy.objects.exists()


def test_read_and_set_over_the_api(secretary, bodies):
    default = secretary.get(API).json()
    assert (default["before"], default["version"], len(default["escalation"])) == ([7, 3, 1], 0, 3)
    answer = secretary.put(API, SENT, content_type="application/json")
    assert (answer.status_code, answer.json()["version"]) == (200, 1)
    assert own(bodies).hour == time(9)
    assert secretary.put(API, SENT | {"weekly": False}, content_type="application/json").status_code == 409


def test_in_the_admin(client, people, bodies):
    client.force_login(people["staff"])
    page = reverse("admin:notices_policy_add")
    assert client.get(page).status_code == 200
    typed = {
        "body": bodies.committee.pk,
        "before": "4",
        "after": "1",
        "hour": "08:30",
        "weekly": "on",
        "quiet_from": "18:00",
        "quiet_until": "07:00",
        "escalation-TOTAL_FORMS": 1,
        "escalation-INITIAL_FORMS": 0,
        "escalation-0-days_late": 4,
        "escalation-0-side": "lead",
        "escalation-0-role": "head",
    }
    assert client.post(page, typed | {"before": "4, 4"}).status_code == 200
    assert not Policy.objects.exists()
    assert client.post(page, typed).status_code == 302
    assert (own(bodies).before, own(bodies).escalation) == ((4,), (Rung(4, "lead", "head"),))
    policy = Policy.objects.get()
    change = reverse("admin:notices_policy_change", args=[policy.pk])
    assert client.get(change).status_code == 200
    step = policy.escalation.get()
    kept = {"escalation-INITIAL_FORMS": 1, "escalation-0-id": step.pk, "escalation-0-policy": policy.pk}
    assert client.post(change, typed | kept | {"before": "6"}).status_code == 302
    assert (own(bodies).before, own(bodies).escalation) == ((6,), (Rung(4, "lead", "head"),))
    assert Event.objects.filter(verb="reminder_policy_changed", by=people["staff"]).count() == 2
    stale = typed | kept | {"before": "9", "opened_version": 1, "escalation-0-id": policy.escalation.get().pk}
    assert client.post(change, stale).status_code == 409
    assert own(bodies).before == (6,)
    assert client.post(change, stale | {"opened_version": 2}).status_code == 302
    assert own(bodies).before == (9,)
    assert client.get(reverse("admin:notices_policy_changelist")).status_code == 200
    assert client.get(reverse("admin:notices_policy_history", args=[policy.pk])).status_code == 200


def test_who_reads_only_gets_no_button(client, people):
    client.force_login(people["member"])
    shown = client.get(PAGE).content.decode()
    assert "disabled" in shown
    assert 'name="preview"' not in shown


# --- the preview --------------------------------------------------------------------------------

DUE = date(2026, 7, 15)


@pytest.fixture
def forecast(task_at):
    fill_years(2026, 2027)

    def of(rules=DEFAULT, **values) -> Forecast:
        from notices.calendar import Calendar

        task = Task.objects.select_related("lead", "assigner").get(
            pk=task_at("in_progress", due_on=DUE, **values).pk
        )
        return Forecast(task, rules, Calendar.read(), today())

    return of


def test_for_this_task_these_people_on_these_days(forecast, people, bodies):
    told = [(f"{line.day:%d/%m}", line.people) for line in forecast().lines(people["admin"])]
    work = sorted([people["lead_head"].pk, people["officer"].pk])
    assert told == [
        ("06/07", work),
        ("10/07", work),
        ("14/07", work),
        ("15/07", work),
        ("16/07", [people["officer"].pk]),
        ("16/07", [people["lead_head"].pk]),
        ("20/07", work),
        ("20/07", [people["secretary"].pk]),
        ("24/07", work),
        ("24/07", [people["standing_deputy"].pk]),
        ("31/07", work),
    ]


def test_the_deputy_in_charge_of_the_field(forecast, people, bodies):
    other = make_person("other_deputy")
    appoint(other, bodies.committee, Role.DEPUTY, fields="Chuyển đổi số")
    last = [line for line in forecast(pillar="Chuyển đổi số").lines(people["admin"]) if "24" in f"{line.day}"]
    assert other.pk in last[1].people
    assert people["deputy"].pk not in last[1].people


def test_names_only_where_the_members_are_read(forecast, people):
    assert {bool(line.names) for line in forecast().lines(people["secretary"])} == {True}
    lines = forecast().lines(people["sister"])
    assert {bool(line.names) for line in lines} == {False}
    assert all(line.people for line in lines)


def test_on_the_page(secretary, people, task_at, django_assert_max_num_queries):
    secretary.post(PAGE, TYPED)
    task = task_at("in_progress", due_on=today() + timedelta(days=20))
    other = task_at("in_progress", due_on=today() + timedelta(days=40), title="Việc sau")
    with django_assert_max_num_queries(12):
        first = secretary.get(PAGE)
    assert str(people["officer"]) in words(first)
    assert first.context["task"] == task
    with django_assert_max_num_queries(12):
        assert secretary.get(f"{PAGE}?task={other.pk}").context["task"] == other
    assert secretary.get(f"{PAGE}?task=99999999").status_code == 404


def test_looked_at_before_saving(secretary, people, task_at):
    task_at("in_progress", due_on=today() + timedelta(days=20))
    answer = secretary.post(PAGE, TYPED | {"preview": "1", "late-0": "9", "who-0": "lead:officer"})
    assert answer.status_code == 200
    assert not Policy.objects.exists()
    assert any(line.people == [people["officer"].pk] for line in answer.context["lines"])


# --- days off -----------------------------------------------------------------------------------


def test_a_deadline_on_a_day_off_stays_and_says_so(secretary, people, task_at):
    people["secretary"].language = "en"
    people["secretary"].save()
    fill_years(2026, 2027)
    CalendarDay.objects.filter(day=date(2027, 2, 8)).update(name="Tết")
    sunday, holiday = (
        task_at("in_progress", due_on=date(2026, 11, 22)),
        task_at("draft", due_on=date(2027, 2, 8)),
    )
    plain = task_at("in_progress", due_on=date(2026, 11, 23))
    assert "Sunday 22/11/2026 is a day off." in words(secretary.get(f"/tasks/{sunday.pk}/"))
    for page in (f"/tasks/{holiday.pk}/", f"/tasks/{holiday.pk}/edit/"):
        assert "Monday 08/02/2027 is a day off (Tết)." in words(secretary.get(page)), page
    assert "day off" not in words(secretary.get(f"/tasks/{plain.pk}/"))
    assert Task.objects.get(pk=sunday.pk).due_on == date(2026, 11, 22)


def test_from_the_task_to_who_is_reminded(client, people, task_at):
    task = task_at("in_progress", due_on=today() + timedelta(days=20))
    link = f"{PAGE}?task={task.pk}"
    for who, shown in (("secretary", True), ("member", True), ("officer", False)):
        client.force_login(people[who])
        assert (link in client.get(f"/tasks/{task.pk}/").content.decode()) is shown, who


def test_the_preview_is_what_the_planner_owes(forecast, people, bodies):
    """Day by day the real planners, against the lines that were shown before."""
    Policy.objects.create(body=bodies.committee, before=[5], after=[2], hour=time(9), quiet_from=None)
    own_steps = EscalationStep(policy=Policy.objects.get(), days_late=2, side="assigner", role="deputy")
    own_steps.save()
    shown = forecast(own(bodies))
    lines = shown.lines(people["admin"])
    foreseen = {(line.day, pk) for line in lines for pk in line.people}
    owed, day = set(), date(2026, 7, 1)
    while day <= max(line.day for line in lines):
        for planner in (reminders.plan_reminders, reminders.plan_escalations):
            planner(day)
        mine = Notice.objects.filter(on=day, about_id=shown.task.pk, step__gt="")
        owed |= set(mine.values_list("on", "person_id"))
        day += timedelta(days=1)
    assert owed == foreseen
