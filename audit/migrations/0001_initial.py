import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('by_name', models.CharField(max_length=250, verbose_name='who, as named then')),
                ('verb', models.CharField(db_index=True, max_length=60, verbose_name='what')),
                ('about_type', models.CharField(max_length=60, verbose_name='about')),
                ('about_id', models.BigIntegerField(verbose_name='which')),
                ('about_name', models.CharField(max_length=250, verbose_name='its name then')),
                ('body_ids', models.JSONField(default=list, verbose_name='bodies concerned')),
                ('before', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='before')),
                ('after', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='after')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('break_glass', models.BooleanField(default=False, verbose_name='superuser')),
                ('for_name', models.CharField(blank=True, db_default='', max_length=250, verbose_name='on behalf of')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True, verbose_name='digest')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to=settings.AUTH_USER_MODEL, verbose_name='who')),
            ],
            options={
                'verbose_name': 'event',
                'verbose_name_plural': 'events',
                'ordering': ('pk',),
                'indexes': [models.Index(fields=['about_type', 'about_id', 'id'], name='event_about')],
            },
        ),
    ]
