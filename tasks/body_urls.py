"""Addresses under /bodies/. They stand on this floor because a body's page shows its tasks."""

from __future__ import annotations

from django.urls import path, re_path

from committees import away, views
from tasks.body_page import body_page
from tasks.body_papers import body_papers, forget, forget_column, remember
from tasks.body_reminders import body_reminders

app_name = "bodies"
# Only what a code can be: a NUL or a page of text in the address never reaches the database.
CODE = r"(?P<code>[A-Z0-9][A-Z0-9.-]{1,39})"
urlpatterns = [
    path("", views.bodies, name="list"),
    re_path(rf"^{CODE}/$", body_page, name="detail"),
    re_path(rf"^{CODE}/reminders/$", body_reminders, name="reminders"),
    re_path(rf"^{CODE}/papers/$", body_papers, name="papers"),
    re_path(rf"^{CODE}/papers/names/$", remember, name="name"),
    re_path(rf"^{CODE}/papers/names/(?P<pk>[0-9]{{1,18}})/forget/$", forget, name="forget_name"),
    re_path(rf"^{CODE}/papers/columns/(?P<pk>[0-9]{{1,18}})/forget/$", forget_column, name="forget_column"),
    re_path(rf"^{CODE}/appoint/$", views.appoint, name="appoint"),
    re_path(rf"^{CODE}/members/(?P<pk>[0-9]{{1,18}})/$", views.membership, name="membership"),
    re_path(rf"^{CODE}/members/(?P<pk>[0-9]{{1,18}})/away/$", away.member_away, name="away"),
    re_path(rf"^{CODE}/members/(?P<pk>[0-9]{{1,18}})/end/$", views.end_membership, name="end_membership"),
]
