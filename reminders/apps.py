from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "reminders"

    def ready(self) -> None:
        from reminders import kinds, weekly_summary

        kinds.register()
        weekly_summary.register()
