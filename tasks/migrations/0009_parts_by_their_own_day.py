"""Contributions that are due, found by their own day alone: what the reminders of a morning read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tasks", "0008_counting_by_the_first_deadline")]

    operations = [
        migrations.AddIndex(
            model_name="part",
            index=models.Index(
                condition=models.Q(delivered_at__isnull=True, due_on__isnull=False),
                fields=["due_on", "id"],
                name="part_due",
            ),
        ),
    ]
