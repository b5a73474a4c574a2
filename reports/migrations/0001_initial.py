import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('committees', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('report', models.CharField(choices=[('list', 'task list'), ('late', 'late tasks'), ('counts', 'five-way count'), ('weekly', 'weekly report'), ('meeting', 'meeting report')], max_length=10, verbose_name='report')),
                ('format', models.CharField(choices=[('xlsx', 'Excel'), ('docx', 'Word'), ('pdf', 'PDF')], max_length=4, verbose_name='format')),
                ('filters', models.TextField(blank=True, verbose_name='filter')),
                ('as_of', models.DateField(verbose_name='as of')),
                ('language', models.CharField(choices=[('vi', 'Tiếng Việt'), ('en', 'English')], max_length=2, verbose_name='language')),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('making', 'being made'), ('ready', 'ready'), ('failed', 'failed'), ('expired', 'expired')], default='waiting', max_length=10, verbose_name='state')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('started_at', models.DateTimeField(null=True, verbose_name='started at')),
                ('ready_at', models.DateTimeField(null=True, verbose_name='ready at')),
                ('expires_at', models.DateTimeField(null=True, verbose_name='expires at')),
                ('rows', models.PositiveIntegerField(null=True, verbose_name='rows')),
                ('file', models.FileField(blank=True, max_length=250, upload_to='exports/%Y/%m/', verbose_name='file')),
                ('file_name', models.CharField(max_length=250, verbose_name='file name')),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('problem', models.CharField(blank=True, choices=[('broke', 'Something went wrong while it was made. Make it again, or tell an administrator.'), ('condition', 'What a condition names is gone, or you no longer see it. Choose the list anew.'), ('account_locked', 'The account of whoever asked for it is locked.')], max_length=20, verbose_name='why it failed')),
                ('rights', models.CharField(blank=True, max_length=64)),
                ('body', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='committees.body', verbose_name='body whose form it has')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exports', to=settings.AUTH_USER_MODEL, verbose_name='who')),
            ],
            options={
                'verbose_name': 'export',
                'verbose_name_plural': 'exports',
                'ordering': ('-pk',),
                'indexes': [models.Index(fields=['state', 'expires_at'], name='export_to_do')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('problem__in', ('broke', 'condition', 'account_locked')), ('state', 'failed')), models.Q(models.Q(('state', 'failed'), _negated=True), ('problem', '')), _connector='OR'), name='export_problem_when_failed')],
            },
        ),
    ]
