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
            name='CalendarDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(error_messages={'unique': 'This day is in the calendar already. Change that row instead.'}, unique=True, verbose_name='day')),
                ('is_working', models.BooleanField(verbose_name='working day')),
                ('name', models.CharField(max_length=200, validators=[portal.shared.text.validate_plain], verbose_name='name')),
                ('source', models.CharField(blank=True, max_length=200, validators=[portal.shared.text.validate_plain], verbose_name='source')),
                ('seeded', models.BooleanField(default=False, editable=False)),
            ],
            options={
                'verbose_name': 'calendar day',
                'verbose_name_plural': 'working calendar',
                'ordering': ('day',),
                'constraints': [models.CheckConstraint(condition=models.Q(('day__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31)))), name='calendar_day_in_range', violation_error_message='A day lies between 01/01/1990 and 31/12/2100.')],
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='day')),
                ('number', models.PositiveSmallIntegerField(default=0, help_text='0 is the letter of the day; 1, 2 … went at once.', verbose_name='number')),
                ('state', models.CharField(choices=[('planned', 'planned'), ('sending', 'being sent'), ('sent', 'sent'), ('failed', 'not sent'), ('empty', 'nothing left to say')], default='planned', max_length=10, verbose_name='state')),
                ('message_id', models.CharField(max_length=120, unique=True, verbose_name='Message-ID')),
                ('address', models.EmailField(blank=True, max_length=254, verbose_name='address')),
                ('subject', models.CharField(blank=True, max_length=250, verbose_name='subject')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('html', models.TextField(blank=True, verbose_name='HTML')),
                ('claimed_until', models.DateTimeField(blank=True, null=True, verbose_name='claimed until')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('next_attempt_at', models.DateTimeField(blank=True, null=True, verbose_name='next attempt')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent at')),
                ('failure', models.CharField(blank=True, choices=[('not_written', 'the portal could not write it'), ('bad_address', 'its address cannot stand on a letter'), ('not_stored', 'the folder for letters could not be written to'), ('unreachable', 'the mail server could not be reached'), ('turned_away', 'the mail server did not let the portal sign in'), ('broken_off', 'the connection ended before the mail server answered'), ('put_off', 'the mail server put it off'), ('refused', 'the mail server refused it'), ('address_refused', 'the mail server says that nobody has this address')], max_length=20, verbose_name='what happened')),
                ('answer', models.TextField(blank=True, verbose_name="the server's answer, or the error")),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'letter',
                'verbose_name_plural': 'letters',
                'ordering': ('-on', 'person'),
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=160, unique=True, verbose_name='key')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('step', models.CharField(blank=True, help_text='Of a reminder: working days from the deadline.', max_length=20, verbose_name='step')),
                ('about_type', models.CharField(max_length=60, verbose_name='about')),
                ('about_id', models.BigIntegerField(verbose_name='which')),
                ('due_version', models.PositiveIntegerField(default=0, verbose_name='deadline version')),
                ('data', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='what it says')),
                ('on', models.DateField(verbose_name='planned for')),
                ('not_before', models.DateTimeField(editable=False, null=True, verbose_name='not before')),
                ('planned_at', models.DateTimeField(auto_now_add=True, verbose_name='planned at')),
                ('state', models.CharField(choices=[('owed', 'owed'), ('told', 'told'), ('dropped', 'dropped')], default='owed', max_length=10, verbose_name='state')),
                ('dropped_because', models.CharField(blank=True, max_length=40, verbose_name='dropped because')),
                ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='read at')),
                ('body', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='committees.body', verbose_name='body')),
                ('letter', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='notices.letter', verbose_name='letter')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'notice',
                'verbose_name_plural': 'notices',
                'ordering': ('-pk',),
            },
        ),
        migrations.CreateModel(
            name='Policy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('before', models.JSONField(default=list, verbose_name='working days before the deadline')),
                ('on_the_day', models.BooleanField(default=True, verbose_name='on the day itself')),
                ('after', models.JSONField(default=list, verbose_name='working days late')),
                ('weekly', models.BooleanField(default=True, verbose_name='then every week')),
                ('hour', models.TimeField(verbose_name='time of day of the letter')),
                ('quiet_from', models.TimeField(blank=True, null=True, verbose_name='no letter from')),
                ('quiet_until', models.TimeField(blank=True, null=True, verbose_name='no letter until')),
                ('muted', models.JSONField(default=list, verbose_name='kinds switched off')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('body', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='reminder_policy', to='committees.body', verbose_name='body')),
            ],
            options={
                'verbose_name': 'reminder policy',
                'verbose_name_plural': 'reminder policies',
                'ordering': ('body__path',),
            },
        ),
        migrations.CreateModel(
            name='EscalationStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('days_late', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='working days late')),
                ('side', models.CharField(choices=[('lead', 'lead body'), ('assigner', 'assigner')], max_length=10, verbose_name='of which body')),
                ('role', models.CharField(choices=[('head', 'head'), ('standing_deputy', 'standing deputy head'), ('deputy', 'deputy head'), ('standing_member', 'standing member'), ('member', 'member'), ('secretary', 'secretary'), ('assistant', 'assistant'), ('officer', 'officer'), ('inspector', 'inspector')], max_length=20, verbose_name='who is told')),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='escalation', to='notices.policy')),
            ],
            options={
                'verbose_name': 'escalation step',
                'verbose_name_plural': 'escalation steps',
                'ordering': ('days_late', 'side', 'role'),
            },
        ),
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('how', models.CharField(choices=[('daily', 'with the letter of the day'), ('at_once', 'at once'), ('portal', 'in the portal only')], max_length=10, verbose_name='how')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='preferences', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'preference',
                'verbose_name_plural': 'preferences',
            },
        ),
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(fields=['state', 'on'], name='letter_to_send'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.UniqueConstraint(fields=('person', 'on', 'number'), name='one_letter_for_a_person_and_day'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='letter_sent_at_when_sent'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.CheckConstraint(condition=models.Q(('failure__in', ['', 'not_written', 'bad_address', 'not_stored', 'unreachable', 'turned_away', 'broken_off', 'put_off', 'refused', 'address_refused'])), name='letter_failure_is_a_code'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('state', 'failed'), _negated=True), models.Q(('failure', ''), _negated=True), _connector='OR'), models.Q(models.Q(('state', 'sent'), _negated=True), ('failure', ''), _connector='OR')), name='letter_failed_with_a_reason'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['state', 'on', 'person'], name='notice_to_tell'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['person', 'read_at'], name='notice_unread'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['about_type', 'about_id'], name='notice_about'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'dropped'), _negated=True), models.Q(('dropped_because', ''), _negated=True), _connector='OR'), name='notice_dropped_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('dropped_because__contains', ' '), _negated=True), name='notice_dropped_because_is_a_code'),
        ),
        migrations.AddConstraint(
            model_name='escalationstep',
            constraint=models.UniqueConstraint(fields=('policy', 'days_late', 'side', 'role'), name='one_escalation_step_for_a_day_and_role', violation_error_message='This step is there already.'),
        ),
        migrations.AddConstraint(
            model_name='preference',
            constraint=models.UniqueConstraint(fields=('person', 'kind'), name='one_preference_for_a_person_and_kind'),
        ),
    ]
