from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('committees', '0006_names_on_one_line'),
    ]

    operations = [
        migrations.CreateModel(
            name='PasswordAttempts',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField(default=0)),
                ('since', models.DateTimeField(db_index=True)),
            ],
            options={
                'verbose_name': 'password attempts',
                'verbose_name_plural': 'password attempts',
            },
        ),
    ]
