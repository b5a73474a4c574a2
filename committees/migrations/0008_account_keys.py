from django.db import migrations, models

import committees.models
import portal.shared.text


def fill(apps, schema_editor):
    """Fails on two accounts that nobody can tell apart: rename one of them first."""
    person = apps.get_model("committees", "Person")
    for row in person.objects.only("pk", "username").iterator():
        person.objects.filter(pk=row.pk).update(account_key=portal.shared.text.account_key(row.username))


class Migration(migrations.Migration):

    dependencies = [
        ("committees", "0007_proposed_terms"),
    ]

    operations = [
        migrations.AlterField(
            model_name="person",
            name="username",
            field=models.CharField(
                error_messages={"unique": "There is an account of this name already."},
                max_length=150,
                unique=True,
                validators=[portal.shared.text.validate_plain, portal.shared.text.validate_account_name],
                verbose_name="username",
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="account_key",
            field=models.CharField(editable=False, max_length=300, null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="person",
            name="account_key",
            field=committees.models.AccountKeyField(editable=False, max_length=300, unique=True),
        ),
    ]
