from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_policies_and_preferences")]

    operations = [
        migrations.AlterField(
            model_name="calendarday",
            name="day",
            field=models.DateField(
                error_messages={"unique": "This day is in the calendar already. Change that row instead."},
                unique=True,
                verbose_name="day",
            ),
        ),
    ]
