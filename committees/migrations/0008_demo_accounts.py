from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('committees', '0007_password_attempts'),
    ]

    operations = [
        migrations.AddField(
            model_name='person',
            name='is_demo',
            field=models.BooleanField(default=False, editable=False, verbose_name='demo account'),
        ),
    ]
