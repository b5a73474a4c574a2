from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "notices"
    verbose_name = _("Notices and letters")

    def ready(self) -> None:
        from notices import appointments
        from notices.delivery import refused_addresses

        refused_addresses.register()
        appointments.register()
