import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.shared.text


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('committees', '0001_initial'),
        ('tasks', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('reading', 'being read'), ('failed', 'could not be read'), ('ready', 'waiting for a look'), ('written', 'written as drafts'), ('undone', 'undone'), ('dropped', 'dropped')], default='reading', max_length=10, verbose_name='state')),
                ('file', models.FileField(max_length=250, upload_to='imports/%Y/%m/', verbose_name='file')),
                ('file_name', models.CharField(max_length=250, verbose_name='file name')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('total', models.PositiveIntegerField(default=0, verbose_name='rows in the file')),
                ('checked', models.PositiveIntegerField(default=0, verbose_name='rows checked so far')),
                ('tries', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('read_since', models.DateTimeField(editable=False, null=True)),
                ('problem', models.CharField(blank=True, max_length=40, verbose_name='why it could not be read')),
                ('problem_values', models.JSONField(blank=True, default=dict, editable=False)),
                ('read_again_at', models.DateTimeField(editable=False, null=True)),
                ('columns', models.JSONField(blank=True, default=dict, verbose_name='what columns mean')),
                ('passed_over', models.JSONField(blank=True, default=list, verbose_name='what was not read')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended at')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='tasks.order', verbose_name='order')),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'ordering': ('-pk',),
            },
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(verbose_name='row')),
                ('read', models.JSONField(verbose_name='what stood in the file')),
                ('values', models.JSONField(verbose_name='what it means')),
                ('problems', models.JSONField(default=list, verbose_name='what is unsure')),
                ('left_out', models.BooleanField(default=False, verbose_name='left out')),
                ('of', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='imports.import')),
                ('task', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='import_rows', to='tasks.task', verbose_name='task')),
            ],
            options={
                'verbose_name': 'imported row',
                'verbose_name_plural': 'imported rows',
                'ordering': ('position',),
            },
        ),
        migrations.CreateModel(
            name='ColumnMeaning',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(editable=False, max_length=250)),
                ('heading', models.CharField(max_length=250, validators=[portal.shared.text.validate_plain], verbose_name='heading')),
                ('field', models.CharField(max_length=20, verbose_name='means')),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='column_meanings', to='committees.body', verbose_name='body')),
            ],
            options={
                'verbose_name': 'meaning of a column',
                'verbose_name_plural': 'meanings of columns',
                'ordering': ('key',),
                'constraints': [models.UniqueConstraint(fields=('body', 'key'), name='one_meaning_of_a_column_for_a_body')],
            },
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'failed'), models.Q(('problem', ''), _negated=True)), models.Q(models.Q(('state', 'failed'), _negated=True), ('problem', '')), _connector='OR'), name='import_failed_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='importrow',
            constraint=models.UniqueConstraint(fields=('of', 'position'), name='one_imported_row_at_a_position'),
        ),
    ]
