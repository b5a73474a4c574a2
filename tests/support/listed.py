"""How many tasks the list has behind an address: its filter over what somebody sees, without the page."""

from django.test import RequestFactory

from committees.models import Person
from tasks.lists.filters import TaskFilter
from tasks.models import Task


def listed(person: Person, url: str) -> int:
    request = RequestFactory().get(url)
    request.user = person
    tasks = TaskFilter(request.GET, queryset=Task.objects.visible_to(person), request=request)
    assert tasks.form.is_valid(), tasks.form.errors
    return int(tasks.qs.count())
