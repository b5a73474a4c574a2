"""Signing in and out, the language, the person's own profile."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
