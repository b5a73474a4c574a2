import datetime

import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.shared.text


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('committees', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FanOut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('prepared', 'prepared'), ('running', 'being given'), ('stopped', 'stopped half-way'), ('done', 'given'), ('cancelled', 'cancelled')], default='prepared', max_length=10, verbose_name='state')),
                ('title', models.CharField(max_length=500, validators=[portal.shared.text.validate_plain], verbose_name='task')),
                ('deliverable', models.CharField(blank=True, max_length=500, validators=[portal.shared.text.validate_plain], verbose_name='deliverable')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='deadline')),
                ('at', models.DateTimeField(verbose_name='prepared at')),
                ('approved_at', models.DateTimeField(null=True, verbose_name='approved at')),
                ('approval', models.CharField(blank=True, max_length=250, verbose_name='approval on paper')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished at')),
                ('stop', models.CharField(blank=True, choices=[('state', 'The task above is no longer at work. Start again when it is.'), ('giver', 'Another body leads the task above now. Cancel the rest.'), ('deadline', 'The task above is due earlier now. Cancel the rest and prepare it anew.'), ('dissolved', 'The body that gives it was dissolved. Cancel the rest.')], max_length=10, verbose_name='why it stopped')),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by')),
                ('approved_for', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved on behalf of')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='prepared by')),
                ('giver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='committees.body', verbose_name='body that gives')),
            ],
            options={
                'verbose_name': 'fan-out',
                'verbose_name_plural': 'fan-outs',
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=120, validators=[portal.shared.text.validate_plain], verbose_name='number')),
                ('kind', models.CharField(choices=[('resolution', 'resolution'), ('directive', 'directive'), ('decision', 'decision'), ('regulation', 'regulation'), ('conclusion', 'conclusion notice'), ('programme', 'programme'), ('plan', 'plan'), ('project', 'project'), ('letter', 'official letter'), ('telegram', 'urgent telegram'), ('minutes', 'minutes'), ('other', 'other document')], max_length=20, verbose_name='type')),
                ('issuer', models.CharField(blank=True, help_text='As the document names it.', max_length=250, validators=[portal.shared.text.validate_plain], verbose_name='issuer')),
                ('issued_on', models.DateField(blank=True, null=True, verbose_name='date')),
                ('issued_words', models.CharField(blank=True, max_length=120, validators=[portal.shared.text.validate_plain], verbose_name="date in the document's words")),
                ('signer', models.CharField(blank=True, max_length=250, validators=[portal.shared.text.validate_plain], verbose_name='signer')),
                ('abstract', models.TextField(blank=True, validators=[portal.shared.text.validate_plain, django.core.validators.MaxLengthValidator(20000)], verbose_name='abstract')),
                ('ask_until', models.DateField(blank=True, help_text='After this day nobody can ask for a later deadline. Empty: no last day.', null=True, verbose_name='last day to ask for an extension')),
                ('file', models.FileField(blank=True, max_length=250, upload_to='orders/%Y/%m/', verbose_name='file')),
                ('file_name', models.CharField(blank=True, editable=False, max_length=250, verbose_name='file name')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='entered at')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('number_key', models.CharField(db_index=True, default='', editable=False, max_length=120)),
                ('issuer_key', models.CharField(default='', editable=False, max_length=250)),
                ('search_text', models.TextField(default='', editable=False)),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='committees.body', verbose_name='body that gives the tasks')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='entered by')),
            ],
            options={
                'verbose_name': 'order',
                'verbose_name_plural': 'orders',
                'ordering': (models.OrderBy(models.F('issued_on'), descending=True, nulls_last=True), '-pk'),
            },
        ),
        migrations.CreateModel(
            name='OrderRelation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('implements', 'implements'), ('amends', 'amends'), ('replaces', 'replaces')], max_length=10, verbose_name='what it does')),
                ('at', models.DateTimeField(verbose_name='entered at')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='entered by')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='relations', to='tasks.order', verbose_name='order')),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='related_by', to='tasks.order', verbose_name='to the order')),
            ],
            options={
                'verbose_name': 'relation between orders',
                'verbose_name_plural': 'relations between orders',
                'ordering': ('kind', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(blank=True, max_length=40, validators=[portal.shared.text.validate_plain], verbose_name='number in the order')),
                ('parent_words', models.CharField(blank=True, max_length=200, validators=[portal.shared.text.validate_plain], verbose_name="task above, in the order's words")),
                ('pillar', models.CharField(blank=True, db_index=True, max_length=120, validators=[portal.shared.text.validate_plain], verbose_name='pillar')),
                ('programme', models.CharField(choices=[('nq57', 'Resolution 57-NQ/TW'), ('da06', 'Project 06'), ('reform', 'administrative reform'), ('other', 'other')], default='nq57', max_length=10, verbose_name='programme')),
                ('title', models.CharField(max_length=500, validators=[portal.shared.text.validate_plain], verbose_name='task')),
                ('title_en', models.CharField(blank=True, max_length=500, validators=[portal.shared.text.validate_plain], verbose_name='task in English')),
                ('description', models.TextField(blank=True, validators=[portal.shared.text.validate_plain, django.core.validators.MaxLengthValidator(20000)], verbose_name='description')),
                ('deliverable', models.CharField(blank=True, max_length=500, validators=[portal.shared.text.validate_plain], verbose_name='deliverable')),
                ('deliverable_kind', models.CharField(blank=True, max_length=120, validators=[portal.shared.text.validate_plain], verbose_name='type of deliverable')),
                ('target', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='target')),
                ('target_unit', models.CharField(blank=True, max_length=60, validators=[portal.shared.text.validate_plain], verbose_name='unit of the target')),
                ('authority', models.CharField(blank=True, max_length=250, validators=[portal.shared.text.validate_plain], verbose_name='approving level')),
                ('priority', models.CharField(choices=[('normal', 'normal'), ('urgent', 'urgent')], default='normal', max_length=10, verbose_name='priority')),
                ('secrecy', models.CharField(choices=[('normal', 'normal'), ('restricted', 'restricted'), ('secret', 'secret')], default='normal', max_length=10, verbose_name='secrecy')),
                ('lead_words', models.CharField(blank=True, max_length=500, validators=[portal.shared.text.validate_plain], verbose_name="lead, in the order's words")),
                ('start_on', models.DateField(blank=True, null=True, verbose_name='start')),
                ('due_kind', models.CharField(choices=[('day', 'a day'), ('period', 'a month, quarter or year'), ('relative', 'so many days after an event'), ('recurring', 'recurring'), ('continuous', 'continuous'), ('none', 'none')], default='day', max_length=12, verbose_name='kind of deadline')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='deadline')),
                ('due_words', models.CharField(blank=True, max_length=250, validators=[portal.shared.text.validate_plain], verbose_name="deadline in the order's words")),
                ('original_due_on', models.DateField(blank=True, editable=False, null=True, verbose_name='original deadline')),
                ('after_days', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(3650)], verbose_name='days after the event')),
                ('after_event', models.CharField(blank=True, max_length=250, validators=[portal.shared.text.validate_plain], verbose_name='event that the deadline follows')),
                ('happened_on', models.DateField(blank=True, editable=False, null=True, verbose_name='day of the event')),
                ('occurrence_on', models.DateField(blank=True, editable=False, null=True, verbose_name='day in the cycle of the task above')),
                ('weight', models.PositiveSmallIntegerField(blank=True, editable=False, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='share of the task above, in percent')),
                ('due_version', models.PositiveIntegerField(default=1, editable=False)),
                ('unsure', models.JSONField(blank=True, default=list, editable=False, verbose_name='fields that a person must look at before it is issued')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('proposed', 'waiting for approval'), ('assigned', 'assigned'), ('in_progress', 'in progress'), ('submitted', 'waiting for confirmation'), ('completed', 'completed'), ('suspended', 'suspended'), ('withdrawn', 'withdrawn')], default='draft', editable=False, max_length=12, verbose_name='state')),
                ('suspended_from', models.CharField(blank=True, choices=[('draft', 'draft'), ('proposed', 'waiting for approval'), ('assigned', 'assigned'), ('in_progress', 'in progress'), ('submitted', 'waiting for confirmation'), ('completed', 'completed'), ('suspended', 'suspended'), ('withdrawn', 'withdrawn')], editable=False, max_length=12)),
                ('percent', models.PositiveSmallIntegerField(default=0, editable=False, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='progress')),
                ('progressed_at', models.DateTimeField(editable=False, null=True, verbose_name='last update')),
                ('submissions', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('risk_days', models.PositiveSmallIntegerField(editable=False, null=True, verbose_name='days late expected')),
                ('risk_remedy', models.TextField(blank=True, editable=False, validators=[portal.shared.text.validate_plain, django.core.validators.MaxLengthValidator(20000)], verbose_name='remedy')),
                ('risk_at', models.DateTimeField(editable=False, null=True, verbose_name='risk told at')),
                ('escalation_stopped_at', models.DateTimeField(editable=False, null=True, verbose_name='escalation stopped at')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='entered at')),
                ('assigned_at', models.DateTimeField(editable=False, null=True, verbose_name='assigned at')),
                ('approval', models.CharField(blank=True, editable=False, max_length=250, verbose_name='approval on paper')),
                ('submitted_at', models.DateTimeField(editable=False, null=True, verbose_name='reported at')),
                ('confirmed_at', models.DateTimeField(editable=False, null=True, verbose_name='confirmed at')),
                ('posted_at', models.DateTimeField(editable=False, null=True, verbose_name='entered in theodoinq.dcs.vn at')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('search_text', models.TextField(default='', editable=False)),
                ('assigned_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='assigned by')),
                ('assigner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tasks_given', to='committees.body', verbose_name='assigner')),
                ('confirmed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmed by')),
                ('confirmed_for', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmed on behalf of')),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='contact')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='entered by')),
                ('escalation_stopped_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='escalation stopped by')),
                ('lead', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks_led', to='committees.body', verbose_name='lead')),
                ('leader', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='leader in charge')),
                ('order', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='tasks.order', verbose_name='order')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='tasks.task', verbose_name='task above')),
                ('posted_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('risk_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='risk told by')),
                ('submitted_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reported by')),
                ('submitted_for', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reported on behalf of')),
                ('superseded_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='supersedes', to='tasks.task', verbose_name='replaced by')),
            ],
            options={
                'verbose_name': 'task',
                'verbose_name_plural': 'tasks',
                'ordering': ('pk',),
                'default_permissions': ('view', 'add', 'change'),
            },
        ),
        migrations.CreateModel(
            name='Request',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('extension', 'extension'), ('withdrawal', 'withdrawal')], max_length=12, verbose_name='kind')),
                ('state', models.CharField(choices=[('open', 'waiting for a decision'), ('countered', 'answered with another day'), ('approved', 'approved'), ('refused', 'refused'), ('declined', 'other day declined'), ('cancelled', 'taken back')], default='open', max_length=12, verbose_name='state')),
                ('reason', models.TextField(validators=[portal.shared.text.validate_plain, django.core.validators.MaxLengthValidator(20000)], verbose_name='reason')),
                ('from_due_on', models.DateField(null=True, verbose_name='deadline when asked')),
                ('proposed_on', models.DateField(null=True, verbose_name='proposed day')),
                ('counter_on', models.DateField(null=True, verbose_name='day offered instead')),
                ('at', models.DateTimeField(verbose_name='asked at')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('decision', models.TextField(blank=True, validators=[portal.shared.text.validate_plain, django.core.validators.MaxLengthValidator(20000)], verbose_name='words of the decision')),
                ('answered_at', models.DateTimeField(null=True, verbose_name='answered at')),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='answered by')),
                ('answered_for', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='answered on behalf of')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('decided_for', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided on behalf of')),
                ('on_behalf_of', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked on behalf of')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='requests', to='tasks.task', verbose_name='task')),
            ],
            options={
                'verbose_name': 'request',
                'verbose_name_plural': 'requests',
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='Recurrence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('every', models.CharField(choices=[('week', 'every week'), ('month', 'every month'), ('quarter', 'every quarter'), ('half_year', 'every half-year'), ('year', 'every year')], max_length=10, verbose_name='how often')),
                ('month', models.PositiveSmallIntegerField(default=1, help_text='1 for the first month of the quarter, half-year or year.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='month in the period')),
                ('day', models.PositiveSmallIntegerField(help_text='1 (Monday) to 7 of a week, else 1 to 31; the last day where the month is shorter.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(31)], verbose_name='day')),
                ('starts_on', models.DateField(verbose_name='first day of the cycle')),
                ('until', models.DateField(verbose_name='last day of the cycle')),
                ('made_until', models.DateField(editable=False, help_text='Periods that began by this day are made.', null=True, verbose_name='made up to')),
                ('stop', models.CharField(blank=True, choices=[('giver', 'The body that gives its tasks was dissolved.'), ('lead', 'The lead body was dissolved. Change the lead, then let the cycle go on.'), ('above', 'The task above is due earlier. Have its deadline extended, or end the cycle.'), ('depth', 'Its tasks would stand below the fourth level. Move the task further up first.')], editable=False, max_length=10, verbose_name='why it stopped')),
                ('stopped_for', models.DateField(editable=False, null=True, verbose_name='first day that is not made')),
                ('task', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='recurrence', to='tasks.task', verbose_name='task')),
            ],
            options={
                'verbose_name': 'cycle',
                'verbose_name_plural': 'cycles',
            },
        ),
        migrations.CreateModel(
            name='Recipient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('skipped', models.CharField(blank=True, choices=[('dissolved', 'dissolved meanwhile'), ('has_one', 'already has a task under this one'), ('not_below', 'the giver may no longer give it tasks')], max_length=10, verbose_name='why it was passed over')),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='committees.body', verbose_name='body')),
                ('fan_out', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recipients', to='tasks.fanout')),
                ('task', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='recipient', to='tasks.task', verbose_name='task')),
            ],
            options={
                'verbose_name': 'body of a fan-out',
                'verbose_name_plural': 'bodies of a fan-out',
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='Progress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ("search_text", models.TextField(default="", editable=False)),
                ('at', models.DateTimeField(verbose_name='when')),
                ('percent', models.PositiveSmallIntegerField(validators=[django.core.validators.MaxValueValidator(100, 'At most 100.')], verbose_name='percent')),
                ('note', models.TextField(validators=[portal.shared.text.validate_plain, django.core.validators.MaxLengthValidator(20000)], verbose_name='what was done')),
                ('report', models.PositiveSmallIntegerField(editable=False, null=True, verbose_name='submission number')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='progress', to='tasks.task')),
            ],
            options={
                'verbose_name': 'progress note',
                'verbose_name_plural': 'progress notes',
                'ordering': ('-at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='Part',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('co_lead', 'co-lead'), ('coordinating', 'coordinating'), ('former_lead', 'former lead')], max_length=15, verbose_name='part')),
                ('work', models.CharField(blank=True, max_length=500, validators=[portal.shared.text.validate_plain], verbose_name='its share of the work')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='its own deadline')),
                ('contribution', models.TextField(blank=True, editable=False, validators=[portal.shared.text.validate_plain, django.core.validators.MaxLengthValidator(20000)], verbose_name='what it contributed')),
                ('delivered_at', models.DateTimeField(editable=False, null=True, verbose_name='delivered at')),
                ('ended_at', models.DateTimeField(editable=False, null=True, verbose_name='led until')),
                ('then', models.JSONField(editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='committees.body', verbose_name='body')),
                ('delivered_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='delivered by')),
                ('order', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tasks.order', verbose_name='order then')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='tasks.task', verbose_name='task')),
            ],
            options={
                'verbose_name': 'part',
                'verbose_name_plural': 'parts',
                'ordering': ('kind', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Milestone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_on', models.DateField(verbose_name='day')),
                ('words', models.CharField(blank=True, max_length=250, validators=[portal.shared.text.validate_plain, portal.shared.text.validate_one_line], verbose_name='what is to be reached')),
                ('done_on', models.DateField(blank=True, null=True, verbose_name='reached on')),
                ('done_at', models.DateTimeField(editable=False, null=True, verbose_name='marked at')),
                ('done_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='marked by')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='milestones', to='tasks.task', verbose_name='task')),
            ],
            options={
                'verbose_name': 'milestone',
                'verbose_name_plural': 'milestones',
                'ordering': ('due_on', 'pk'),
            },
        ),
        migrations.AddField(
            model_name='fanout',
            name='task',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fan_outs', to='tasks.task', verbose_name='task above'),
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ("search_text", models.TextField(default="", editable=False)),
                ('kind', models.CharField(choices=[('file', 'file'), ('link', 'link'), ('document', 'document number')], max_length=10, verbose_name='kind')),
                ('title', models.CharField(max_length=250, validators=[portal.shared.text.validate_plain], verbose_name='what it is')),
                ('file', models.FileField(blank=True, max_length=250, upload_to='evidence/%Y/%m/', verbose_name='file')),
                ('file_name', models.CharField(blank=True, editable=False, max_length=250)),
                ('size', models.PositiveBigIntegerField(default=0, editable=False, verbose_name='size in bytes')),
                ('url', models.CharField(blank=True, max_length=500, validators=[django.core.validators.URLValidator(('http', 'https')), portal.shared.text.validate_plain], verbose_name='link')),
                ('document', models.CharField(blank=True, max_length=120, validators=[portal.shared.text.validate_plain], verbose_name='document number')),
                ('at', models.DateTimeField(editable=False, verbose_name='when')),
                ('removed_at', models.DateTimeField(editable=False, null=True)),
                ('by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('removed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='tasks.task')),
            ],
            options={
                'verbose_name': 'evidence',
                'verbose_name_plural': 'evidence',
                'ordering': ('at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ("search_text", models.TextField(default="", editable=False)),
                ('at', models.DateTimeField(verbose_name='when')),
                ('text', models.TextField(validators=[portal.shared.text.validate_plain, django.core.validators.MaxLengthValidator(20000)], verbose_name='comment')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='tasks.task')),
            ],
            options={
                'verbose_name': 'comment',
                'verbose_name_plural': 'comments',
                'ordering': ('at', 'pk'),
            },
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('issued_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('ask_until__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31)))), name='order_days_in_range', violation_error_message='A day lies between 01/01/1990 and 31/12/2100.'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.UniqueConstraint(fields=('body', 'number', 'issued_on'), name='one_order_with_a_number_and_day', violation_error_message='This body already has an order with this number and date.'),
        ),
        migrations.AddConstraint(
            model_name='orderrelation',
            constraint=models.CheckConstraint(condition=models.Q(('order', models.F('other')), _negated=True), name='order_not_related_to_itself'),
        ),
        migrations.AddConstraint(
            model_name='orderrelation',
            constraint=models.UniqueConstraint(fields=('order', 'kind', 'other'), name='one_relation_of_a_kind', violation_error_message='This relation is already entered.'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('state__in', ('assigned', 'in_progress', 'submitted'))), fields=['assigner', 'due_on', 'id', 'state', 'submitted_at', 'secrecy', 'assigned_at', 'due_kind', 'lead'], name='task_given'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('state__in', ('assigned', 'in_progress', 'submitted'))), fields=['lead', 'due_on', 'id', 'state', 'submitted_at', 'secrecy', 'assigned_at', 'due_kind', 'assigner'], name='task_led'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('state__in', ('assigned', 'in_progress', 'submitted'))), fields=['due_on', 'id', 'state', 'submitted_at', 'secrecy', 'assigned_at', 'due_kind', 'assigner', 'lead'], name='task_due'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('state__in', ('assigned', 'in_progress', 'submitted'))), fields=['original_due_on', 'id', 'state', 'submitted_at', 'secrecy', 'assigned_at', 'due_kind', 'assigner', 'lead'], name='task_first_due'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('risk_days__isnull', False)), fields=['lead', 'due_on', 'state'], name='task_at_risk'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('state__in', ('assigned', 'in_progress', 'submitted')), _negated=True), fields=['due_on', 'id'], name='task_closed'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(fields=['id', 'state', 'submitted_at', 'secrecy', 'assigned_at', 'due_kind', 'due_on', 'assigner', 'lead', 'order', 'parent'], name='task_helped'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('secrecy', 'normal'), _negated=True), fields=['id', 'state', 'submitted_at', 'secrecy', 'assigned_at', 'due_kind', 'due_on', 'assigner', 'lead', 'order', 'parent'], name='task_restricted'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('state__in', ('draft', 'proposed'))), fields=['assigner', 'secrecy', 'id'], name='task_prepared'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(fields=['assigner', 'state', 'secrecy', 'order', 'parent'], name='task_given_state'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(fields=['lead', 'state', 'assigned_at', 'assigner', 'secrecy', 'order', 'parent'], name='task_led_state'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('start_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('due_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('happened_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31)))), name='task_days_in_range', violation_error_message='A day lies between 01/01/1990 and 31/12/2100.'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='task_not_its_own_parent'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('draft', 'proposed', 'withdrawn')), ('lead__isnull', False), _connector='OR'), name='task_issued_with_a_lead'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('submitted_by__isnull', True), ('confirmed_by__isnull', True), models.Q(('submitted_by', models.F('confirmed_by')), _negated=True), _connector='OR'), models.Q(('submitted_by__isnull', True), ('confirmed_for__isnull', True), models.Q(('submitted_by', models.F('confirmed_for')), _negated=True), _connector='OR'), models.Q(('submitted_for__isnull', True), ('confirmed_by__isnull', True), models.Q(('submitted_for', models.F('confirmed_by')), _negated=True), _connector='OR'), models.Q(('submitted_for__isnull', True), ('confirmed_for__isnull', True), models.Q(('submitted_for', models.F('confirmed_for')), _negated=True), _connector='OR')), name='task_not_confirmed_by_its_submitter'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('submitted_at__isnull', True), ('submitted_by__isnull', True), ('submitted_for__isnull', True)), models.Q(('submitted_at__isnull', False), ('submitted_by__isnull', False)), _connector='OR'), name='task_submitted_by_and_at'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False), ('state', 'completed')), models.Q(models.Q(('state', 'completed'), _negated=True), ('confirmed_at__isnull', True), ('confirmed_by__isnull', True), ('confirmed_for__isnull', True)), _connector='OR'), name='task_confirmed_when_completed'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('submitted', 'completed')), ('submitted_at__isnull', False)), ('state', 'withdrawn'), models.Q(models.Q(('state__in', ('submitted', 'completed')), _negated=True), ('submitted_at__isnull', True)), _connector='OR'), name='task_submitted_while_it_waits'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('due_on__isnull', True), ('start_on__isnull', True), ('due_on__gte', models.F('start_on')), _connector='OR'), name='task_due_after_start', violation_error_message='The deadline is not before the start.'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('percent__lte', 100)), name='task_percent_to_100'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'suspended'), models.Q(('suspended_from', ''), _negated=True)), models.Q(models.Q(('state', 'suspended'), _negated=True), ('suspended_from', '')), _connector='OR'), name='task_suspended_from_a_state'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('secrecy', 'secret'), _negated=True), models.Q(('authority', ''), ('deliverable', ''), ('deliverable_kind', ''), ('description', ''), ('lead_words', ''), ('parent_words', ''), ('pillar', ''), ('risk_remedy', ''), ('target__isnull', True), ('target_unit', ''), ('title__startswith', 'Nhiệm vụ mật'), ('title_en', ''), models.Q(('number__contains', ' '), _negated=True), models.Q(('after_event__contains', ' '), _negated=True), models.Q(('approval__contains', ' '), _negated=True)), _connector='OR'), name='task_secret_holds_no_words'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('weight__isnull', True), ('weight__lte', 100), _connector='OR'), name='task_weight_to_100'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('risk_at__isnull', True), ('risk_by__isnull', True), ('risk_days__isnull', True)), models.Q(('risk_at__isnull', False), ('risk_by__isnull', False), ('risk_days__gte', 1)), _connector='OR'), name='task_risk_told_by_and_at'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('risk_days__isnull', True), models.Q(('due_on__isnull', False), ('state__in', ('assigned', 'in_progress'))), _connector='OR'), name='task_at_risk_while_it_runs'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('superseded_by__isnull', True), models.Q(('state', 'withdrawn'), models.Q(('superseded_by', models.F('id')), _negated=True)), _connector='OR'), name='task_superseded_when_withdrawn'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('occurrence_on__isnull', True), ('parent__isnull', False), _connector='OR'), name='task_occurs_under_its_cycle'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.UniqueConstraint(fields=('parent', 'occurrence_on'), name='one_task_for_a_day_of_a_cycle'),
        ),
        migrations.AddConstraint(
            model_name='request',
            constraint=models.CheckConstraint(condition=models.Q(('proposed_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('counter_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31)))), name='request_days_in_range', violation_error_message='A day lies between 01/01/1990 and 31/12/2100.'),
        ),
        migrations.AddConstraint(
            model_name='request',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('open', 'countered'))), fields=('task',), name='one_open_request_for_a_task'),
        ),
        migrations.AddConstraint(
            model_name='request',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('by__isnull', True), ('decided_by__isnull', True), models.Q(('by', models.F('decided_by')), _negated=True), _connector='OR'), models.Q(('by__isnull', True), ('decided_for__isnull', True), models.Q(('by', models.F('decided_for')), _negated=True), _connector='OR'), models.Q(('on_behalf_of__isnull', True), ('decided_by__isnull', True), models.Q(('on_behalf_of', models.F('decided_by')), _negated=True), _connector='OR'), models.Q(('on_behalf_of__isnull', True), ('decided_for__isnull', True), models.Q(('on_behalf_of', models.F('decided_for')), _negated=True), _connector='OR')), name='request_not_decided_by_its_requester'),
        ),
        migrations.AddConstraint(
            model_name='request',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('decided_for__isnull', True)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='request_decided_by_and_at'),
        ),
        migrations.AddConstraint(
            model_name='request',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_by__isnull', True), ('answered_by__isnull', True), models.Q(('decided_by', models.F('answered_by')), _negated=True), _connector='OR'), models.Q(('decided_by__isnull', True), ('answered_for__isnull', True), models.Q(('decided_by', models.F('answered_for')), _negated=True), _connector='OR'), models.Q(('decided_for__isnull', True), ('answered_by__isnull', True), models.Q(('decided_for', models.F('answered_by')), _negated=True), _connector='OR'), models.Q(('decided_for__isnull', True), ('answered_for__isnull', True), models.Q(('decided_for', models.F('answered_for')), _negated=True), _connector='OR')), name='request_not_answered_by_its_decider'),
        ),
        migrations.AddConstraint(
            model_name='request',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('answered_by__isnull', True), ('answered_for__isnull', True)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), ('counter_on__isnull', False)), _connector='OR'), name='request_answered_by_and_at'),
        ),
        migrations.AddConstraint(
            model_name='request',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'withdrawal'), ('proposed_on__isnull', True)), models.Q(('kind', 'extension'), ('proposed_on__gt', models.F('from_due_on'))), _connector='OR'), name='request_asks_for_a_later_day'),
        ),
        migrations.AddConstraint(
            model_name='recurrence',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('until__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31)))), name='recurrence_days_in_range', violation_error_message='A day lies between 01/01/1990 and 31/12/2100.'),
        ),
        migrations.AddConstraint(
            model_name='recurrence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stop', ''), ('stopped_for__isnull', True)), models.Q(models.Q(('stop', ''), _negated=True), ('stopped_for__isnull', False)), _connector='OR'), name='cycle_stopped_for_a_day'),
        ),
        migrations.AddConstraint(
            model_name='recurrence',
            constraint=models.CheckConstraint(condition=models.Q(('until__gte', models.F('starts_on'))), name='cycle_ends_after_it_starts', violation_error_message='The last day of the cycle is not before its first.'),
        ),
        migrations.AddConstraint(
            model_name='recipient',
            constraint=models.UniqueConstraint(fields=('fan_out', 'body'), name='one_recipient_for_a_body_in_a_fan_out'),
        ),
        migrations.AddConstraint(
            model_name='progress',
            constraint=models.CheckConstraint(condition=models.Q(('percent__lte', 100)), name='progress_percent_to_100'),
        ),
        migrations.AddIndex(
            model_name='part',
            index=models.Index(fields=['body', 'task', 'kind'], name='part_of_body'),
        ),
        migrations.AddIndex(
            model_name='part',
            index=models.Index(condition=models.Q(('kind', 'former_lead')), fields=['body', 'task'], name='part_led_before'),
        ),
        migrations.AddIndex(
            model_name='part',
            index=models.Index(condition=models.Q(('delivered_at__isnull', True), ('due_on__isnull', False)), fields=['due_on', 'id'], name='part_due'),
        ),
        migrations.AddConstraint(
            model_name='part',
            constraint=models.CheckConstraint(condition=models.Q(('due_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31)))), name='part_day_in_range', violation_error_message='A day lies between 01/01/1990 and 31/12/2100.'),
        ),
        migrations.AddConstraint(
            model_name='part',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('delivered_at__isnull', True), ('delivered_by__isnull', True)), models.Q(('delivered_at__isnull', False), ('delivered_by__isnull', False)), _connector='OR'), name='part_delivered_by_and_at'),
        ),
        migrations.AddConstraint(
            model_name='part',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('kind', 'former_lead'), ('then__isnull', False)), models.Q(models.Q(('kind', 'former_lead'), _negated=True), ('ended_at__isnull', True), ('order__isnull', True), ('then__isnull', True)), _connector='OR'), name='part_of_a_former_lead_ended'),
        ),
        migrations.AddConstraint(
            model_name='part',
            constraint=models.UniqueConstraint(fields=('task', 'body'), name='one_part_for_a_body_in_a_task', violation_error_message='This body already has a part in the task.'),
        ),
        migrations.AddIndex(
            model_name='milestone',
            index=models.Index(condition=models.Q(('done_on__isnull', True)), fields=['due_on', 'id'], name='milestone_due'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=models.CheckConstraint(condition=models.Q(('due_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('done_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31)))), name='milestone_days_in_range', violation_error_message='A day lies between 01/01/1990 and 31/12/2100.'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), ('done_by__isnull', True), ('done_on__isnull', True)), models.Q(('done_at__isnull', False), ('done_by__isnull', False), ('done_on__isnull', False)), _connector='OR'), name='milestone_done_on_by_and_at'),
        ),
        migrations.AddConstraint(
            model_name='fanout',
            constraint=models.CheckConstraint(condition=models.Q(('due_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31)))), name='fan_out_day_in_range', violation_error_message='A day lies between 01/01/1990 and 31/12/2100.'),
        ),
        migrations.AddConstraint(
            model_name='fanout',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', True), ('approved_by__isnull', True)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='fan_out_approved_by_and_at'),
        ),
        migrations.AddConstraint(
            model_name='fanout',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('running', 'done')), _negated=True), ('approved_by__isnull', False), _connector='OR'), name='fan_out_runs_once_approved'),
        ),
        migrations.AddConstraint(
            model_name='fanout',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'stopped'), models.Q(('stop', ''), _negated=True)), models.Q(models.Q(('state', 'stopped'), _negated=True), ('stop', '')), _connector='OR'), name='fan_out_stopped_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'file'), models.Q(('file', ''), _negated=True)), models.Q(('kind', 'link'), models.Q(('url', ''), _negated=True)), models.Q(('kind', 'document'), models.Q(('document', ''), _negated=True)), _connector='OR'), name='evidence_holds_what_its_kind_says'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('removed_at__isnull', True), ('removed_by__isnull', True)), models.Q(('removed_at__isnull', False), ('removed_by__isnull', False)), _connector='OR'), name='evidence_removed_by_and_at'),
        ),
        migrations.CreateModel(
            name='KeptCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secrecy', models.CharField(max_length=10)),
                ('state', models.CharField(max_length=12)),
                ('issued', models.BooleanField()),
                ('late', models.BooleanField()),
                ('first_late', models.BooleanField()),
                ('number', models.IntegerField()),
                ('assigner', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='committees.body')),
                ('lead', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='committees.body')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verb', models.CharField(max_length=40)),
                ('state', models.CharField(choices=[('prepared', 'Prepared'), ('running', 'Running'), ('done', 'Done')], default='prepared', max_length=10)),
                ('values', models.JSONField(blank=True, default=dict)),
                ('question', models.TextField(blank=True)),
                ('prepared_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('pk',),
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='RunRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.PositiveBigIntegerField()),
                ('version', models.PositiveIntegerField(default=0)),
                ('outcome', models.CharField(choices=[('waiting', 'to be done'), ('done', 'done'), ('refused', 'not possible'), ('changed', 'changed meanwhile'), ('missing', 'not found'), ('left', 'left out'), ('failed', 'failed')], default='waiting', max_length=8)),
                ('reason', models.TextField(blank=True)),
                ('at', models.DateTimeField(null=True)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='tasks.run')),
            ],
            options={
                'ordering': ('pk',),
                'default_permissions': (),
                'indexes': [models.Index(condition=models.Q(('outcome', 'waiting')), fields=['run', 'id'], name='run_rows_waiting')],
                'constraints': [models.UniqueConstraint(fields=('run', 'key'), name='one_row_for_a_task_in_a_run')],
            },
        ),
    ]
