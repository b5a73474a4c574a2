from django.db import migrations, models

import portal.shared.text


class Migration(migrations.Migration):
    dependencies = [
        ("committees", "0005_received_and_issued_documents"),
    ]

    operations = [
        migrations.AlterField(
            model_name="person",
            name="name",
            field=models.CharField(
                max_length=200,
                validators=[portal.shared.text.validate_plain, portal.shared.text.validate_one_line],
                verbose_name="name",
            ),
        ),
    ]
