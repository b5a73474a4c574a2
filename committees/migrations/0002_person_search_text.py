"""People are found without marks, as bodies are."""

from typing import Any

from django.db import migrations, models

from portal.shared.text import fold


def fill(apps: Any, schema_editor: Any) -> None:
    people = apps.get_model("committees", "Person").objects.only("pk", "name", "username", "email")
    for person in people.iterator():
        person.search_text = fold(f"{person.name} {person.username} {person.email}")
        person.save(update_fields=["search_text"])


class Migration(migrations.Migration):
    dependencies = [("committees", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="person",
            name="search_text",
            field=models.TextField(default="", editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
