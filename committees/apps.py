from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CommitteesConfig(AppConfig):
    name = "committees"
    verbose_name = _("People and bodies")

    def ready(self) -> None:
        from committees.access import forget_permission_ids

        post_migrate.connect(forget_permission_ids)
