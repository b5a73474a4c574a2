"""Addresses under /bodies/. Apps above add theirs: the portal joins them."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from committees.upkeep import views as upkeep
from committees.views import away, bodies, papers

# Only what a code can be: a NUL or a page of text in the address never reaches the database.
CODE = r"(?P<code>[A-Z0-9][A-Z0-9.-]{1,39})"

body_patterns: list[URLPattern] = [
    path("", bodies.bodies, name="list"),
    re_path(rf"^{CODE}/papers/$", papers.body_papers, name="papers"),
    re_path(rf"^{CODE}/papers/names/$", papers.remember, name="name"),
    re_path(rf"^{CODE}/papers/names/(?P<pk>[0-9]{{1,18}})/forget/$", papers.forget, name="forget_name"),
    re_path(rf"^{CODE}/appoint/$", bodies.appoint, name="appoint"),
    re_path(rf"^{CODE}/below/$", upkeep.below, name="below"),
    re_path(rf"^{CODE}/name-of-body/$", upkeep.edit_body, name="edit_body"),
    re_path(rf"^{CODE}/people/$", upkeep.add_person, name="add_person"),
    re_path(rf"^{CODE}/people/(?P<pk>[0-9]{{1,18}})/$", upkeep.edit_person, name="edit_person"),
    re_path(rf"^{CODE}/people/(?P<pk>[0-9]{{1,18}})/letter/$", upkeep.send_letter, name="send_letter"),
    re_path(rf"^{CODE}/members/(?P<pk>[0-9]{{1,18}})/$", bodies.membership, name="membership"),
    re_path(rf"^{CODE}/members/(?P<pk>[0-9]{{1,18}})/away/$", away.member_away, name="away"),
    re_path(rf"^{CODE}/members/(?P<pk>[0-9]{{1,18}})/end/$", bodies.end_membership, name="end_membership"),
]
