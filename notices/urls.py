from __future__ import annotations

from django.urls import path

from notices import views

app_name = "notices"
urlpatterns = [
    path("", views.notices, name="list"),
    path("read/", views.read, name="read"),
    path("<int:pk>/", views.group, name="group"),
    path("<int:pk>/read/", views.read_group, name="read_group"),
    path("preferences/", views.my_preferences, name="preferences"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
