from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    name = "imports"
    verbose_name = _("Orders and tasks")

    def ready(self) -> None:
        from imports import page_parts

        page_parts.register_all()
