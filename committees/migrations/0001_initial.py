import datetime

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import committees.models
import portal.shared.text


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
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
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('username', models.CharField(error_messages={'unique': 'There is an account of this name already.'}, max_length=150, unique=True, validators=[portal.shared.text.validate_plain, portal.shared.text.validate_account_name], verbose_name='username')),
                ('account_key', committees.models.AccountKeyField(editable=False, max_length=300, unique=True)),
                ('name', models.CharField(max_length=200, validators=[portal.shared.text.validate_plain, portal.shared.text.validate_one_line], verbose_name='name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('address_refused_at', models.DateTimeField(editable=False, null=True, verbose_name='address refused at')),
                ('address_answer', models.CharField(blank=True, editable=False, max_length=500, verbose_name='what the mail server said')),
                ('phone', models.CharField(blank=True, max_length=30, validators=[portal.shared.text.validate_plain], verbose_name='telephone')),
                ('language', models.CharField(choices=[('vi', 'Tiếng Việt'), ('en', 'English')], default='vi', max_length=2, verbose_name='language')),
                ('search_text', models.TextField(default='', editable=False)),
                ('is_demo', models.BooleanField(default=False, editable=False, verbose_name='demo account')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'ordering': ('name', 'pk'),
            },
            managers=[
                ('objects', committees.models.PersonManager()),
            ],
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(help_text='The last day that counts.', verbose_name='to')),
                ('reason', models.CharField(blank=True, max_length=250, validators=[portal.shared.text.validate_plain], verbose_name='reason')),
                ('at', models.DateTimeField(editable=False, verbose_name='entered at')),
                ('by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='entered by')),
                ('deputy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stands_in', to=settings.AUTH_USER_MODEL, verbose_name='deputy')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to=settings.AUTH_USER_MODEL, verbose_name='who is away')),
            ],
            options={
                'verbose_name': 'absence',
                'verbose_name_plural': 'absences',
                'ordering': ('-starts_on', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='Body',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True, validators=[django.core.validators.RegexValidator('^[A-Z0-9][A-Z0-9.-]{1,39}\\Z', 'Use 2 to 40 capital letters, digits, dots and hyphens.')], verbose_name='code')),
                ('kind', models.CharField(choices=[('committee', 'steering committee'), ('working_group', 'working group'), ('support_team', 'support team'), ('agency', 'agency')], max_length=20, verbose_name='kind')),
                ('level', models.CharField(choices=[('central', 'central'), ('government', 'government'), ('ministry', 'ministry'), ('provincial', 'provincial'), ('commune', 'commune')], max_length=20, verbose_name='level')),
                ('chain', models.CharField(choices=[('party', 'Party'), ('state', 'State')], max_length=10, verbose_name='chain')),
                ('path', models.CharField(db_index=True, editable=False, max_length=200)),
                ('name_vi', models.CharField(max_length=250, validators=[portal.shared.text.validate_plain], verbose_name='name in Vietnamese')),
                ('name_en', models.CharField(blank=True, max_length=250, validators=[portal.shared.text.validate_plain], verbose_name='name in English')),
                ('short_name', models.CharField(blank=True, max_length=80, validators=[portal.shared.text.validate_plain], verbose_name='short name')),
                ('decision', models.CharField(blank=True, max_length=250, validators=[portal.shared.text.validate_plain], verbose_name='establishing decision')),
                ('established_on', models.DateField(blank=True, null=True, verbose_name='established on')),
                ('dissolved_on', models.DateField(blank=True, help_text='The first day on which the body no longer exists.', null=True, verbose_name='dissolved on')),
                ('note', models.CharField(blank=True, max_length=500, validators=[portal.shared.text.validate_plain], verbose_name='note')),
                ('before_means', models.CharField(choices=[('day_before', 'the day before'), ('that_day', 'that day')], default='day_before', help_text='How “trước ngày …” is read in orders of this body.', max_length=10, verbose_name='“before a day” means')),
                ('letterhead', models.CharField(blank=True, choices=[('', 'by its chain'), ('state', 'State (Decree 30/2020/NĐ-CP)'), ('party', 'Party')], default='', max_length=10, verbose_name='form of documents')),
                ('place', models.CharField(blank=True, help_text='The place named before the date of its documents, e.g. Hà Nội.', max_length=80, validators=[portal.shared.text.validate_plain], verbose_name='place')),
                ('search_text', models.TextField(default='', editable=False)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='committees.body', verbose_name='superior body')),
                ('standing_agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='serves', to='committees.body', verbose_name='standing agency')),
            ],
            options={
                'verbose_name': 'body',
                'verbose_name_plural': 'bodies',
                'ordering': ('path',),
                'permissions': (('view_tasks', 'view_tasks'), ('draft_tasks', 'draft_tasks'), ('assign_tasks', 'assign_tasks'), ('assign_tasks_in_own_field', 'assign_tasks_in_own_field'), ('record_approval', 'record_approval'), ('edit_issued_tasks', 'edit_issued_tasks'), ('work_on_tasks', 'work_on_tasks'), ('submit_tasks', 'submit_tasks'), ('contribute_to_tasks', 'contribute_to_tasks'), ('confirm_tasks', 'confirm_tasks'), ('decide_extensions', 'decide_extensions'), ('suspend_tasks', 'suspend_tasks'), ('urge_tasks', 'urge_tasks'), ('manage_members', 'manage_members'), ('view_subtree', 'view_subtree'), ('view_audit', 'view_audit')),
                'default_permissions': ('add', 'change', 'delete', 'view'),
            },
        ),
        migrations.CreateModel(
            name='Alias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=250, validators=[portal.shared.text.validate_plain], verbose_name='name')),
                ('folded', models.CharField(editable=False, max_length=250)),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='committees.body', verbose_name='body')),
                ('used_by', models.ForeignKey(blank=True, help_text='“Sở KH&CN” is another body in each province. Empty: the name means the same everywhere.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='committees.body', verbose_name='used by')),
            ],
            options={
                'verbose_name': 'alias',
                'verbose_name_plural': 'aliases',
                'ordering': ('folded', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='BodyGroupObjectPermission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content_object', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='committees.body')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.group')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Office',
            fields=[
                ('group', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to='auth.group')),
                ('role', models.CharField(choices=[('head', 'head'), ('standing_deputy', 'standing deputy head'), ('deputy', 'deputy head'), ('standing_member', 'standing member'), ('member', 'member'), ('secretary', 'secretary'), ('assistant', 'assistant'), ('officer', 'officer'), ('inspector', 'inspector')], max_length=20, verbose_name='role')),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offices', to='committees.body', verbose_name='body')),
            ],
            options={
                'verbose_name': 'office',
                'verbose_name_plural': 'offices',
                'ordering': ('body__path', 'role'),
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, help_text='The last day that counts.', null=True, verbose_name='to')),
                ('position', models.CharField(blank=True, max_length=250, validators=[portal.shared.text.validate_plain], verbose_name='position')),
                ('position_en', models.CharField(blank=True, max_length=250, validators=[portal.shared.text.validate_plain], verbose_name='position in English')),
                ('decision', models.CharField(blank=True, max_length=120, validators=[portal.shared.text.validate_plain], verbose_name='decision number')),
                ('fields', models.CharField(blank=True, help_text='Pillars this person is in charge of, one after another with a semicolon.', max_length=500, validators=[portal.shared.text.validate_plain], verbose_name='fields in charge')),
                ('absence', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='terms', to='committees.absence', verbose_name='as deputy during')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='committees.office', verbose_name='office')),
            ],
            options={
                'verbose_name': 'membership',
                'verbose_name_plural': 'memberships',
                'ordering': ('office', '-starts_on', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='ProposedTerm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, help_text='The last day that counts.', null=True, verbose_name='to')),
                ('position', models.CharField(blank=True, max_length=250, validators=[portal.shared.text.validate_plain], verbose_name='position')),
                ('position_en', models.CharField(blank=True, max_length=250, validators=[portal.shared.text.validate_plain], verbose_name='position in English')),
                ('decision', models.CharField(blank=True, max_length=120, validators=[portal.shared.text.validate_plain], verbose_name='decision number')),
                ('fields', models.CharField(blank=True, help_text='Pillars this person is in charge of, one after another with a semicolon.', max_length=500, validators=[portal.shared.text.validate_plain], verbose_name='fields in charge')),
                ('state', models.CharField(choices=[('waiting', 'waits for another administrator'), ('approved', 'approved'), ('refused', 'refused')], default='waiting', editable=False, max_length=10, verbose_name='state')),
                ('proposed_at', models.DateTimeField(editable=False, verbose_name='proposed at')),
                ('decided_at', models.DateTimeField(editable=False, null=True, verbose_name='decided at')),
                ('decided_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='committees.office', verbose_name='office')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('proposed_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by')),
                ('term', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='committees.membership', verbose_name='term that it changes')),
            ],
            options={
                'verbose_name': 'proposed term',
                'verbose_name_plural': 'proposed terms',
                'ordering': ('-pk',),
            },
        ),
        migrations.CreateModel(
            name='SentRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200)),
                ('digest', models.CharField(max_length=64)),
                ('at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('status', models.PositiveSmallIntegerField(default=0)),
                ('headers', models.JSONField(default=dict)),
                ('content', models.BinaryField(default=bytes)),
                ('messages', models.JSONField(default=list)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('ends_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31)))), name='absence_days_in_range', violation_error_message='A day lies between 01/01/1990 and 31/12/2100.'),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(('person', models.F('deputy')), _negated=True), name='absence_with_another_deputy'),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='absence_ends_after_it_starts', violation_error_message='The last day is not before the first day.'),
        ),
        migrations.AddConstraint(
            model_name='body',
            constraint=models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='body_not_its_own_parent'),
        ),
        migrations.AddConstraint(
            model_name='body',
            constraint=models.CheckConstraint(condition=models.Q(('dissolved_on__isnull', True), ('established_on__isnull', True), ('dissolved_on__gt', models.F('established_on')), _connector='OR'), name='body_dissolved_after_established', violation_error_message='A body is dissolved after the day it was established.'),
        ),
        migrations.AddConstraint(
            model_name='alias',
            constraint=models.UniqueConstraint(fields=('used_by', 'folded'), name='one_body_for_an_alias', violation_error_message='This name already stands for a body.'),
        ),
        migrations.AddConstraint(
            model_name='alias',
            constraint=models.UniqueConstraint(condition=models.Q(('used_by__isnull', True)), fields=('folded',), name='one_body_for_an_alias_of_all', violation_error_message='This name already stands for a body.'),
        ),
        migrations.AddIndex(
            model_name='bodygroupobjectpermission',
            index=models.Index(fields=['permission', 'content_object', 'group'], name='body_grant'),
        ),
        migrations.AlterUniqueTogether(
            name='bodygroupobjectpermission',
            unique_together={('group', 'permission', 'content_object')},
        ),
        migrations.AddConstraint(
            model_name='office',
            constraint=models.UniqueConstraint(fields=('body', 'role'), name='one_office_for_a_role_in_a_body'),
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(fields=['person', 'starts_on', 'ends_on', 'office'], name='membership_of_person'),
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(fields=['office', 'starts_on', 'ends_on', 'person'], name='membership_of_office'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('ends_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31)))), name='membership_days_in_range', violation_error_message='A day lies between 01/01/1990 and 31/12/2100.'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='membership_ends_after_it_starts', violation_error_message='The last day is not before the first day.'),
        ),
        migrations.AddConstraint(
            model_name='proposedterm',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31))), ('ends_on__range', (datetime.date(1990, 1, 1), datetime.date(2100, 12, 31)))), name='proposed_term_days_in_range', violation_error_message='A day lies between 01/01/1990 and 31/12/2100.'),
        ),
        migrations.AddConstraint(
            model_name='proposedterm',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('person', 'office'), name='one_waiting_term_for_a_person_and_office', violation_error_message='This appointment waits already for another administrator.'),
        ),
        migrations.AddConstraint(
            model_name='proposedterm',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(models.Q(('decided_by', models.F('proposed_by')), _negated=True), models.Q(('decided_by', models.F('person')), _negated=True)), _connector='OR'), name='proposed_term_decided_by_another'),
        ),
        migrations.AddConstraint(
            model_name='proposedterm',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='proposed_term_decided_when_decided'),
        ),
        migrations.CreateModel(
            name='PasswordLetter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.EmailField(max_length=254, verbose_name='address')),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='asked at')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('next_attempt_at', models.DateTimeField(db_index=True, null=True, verbose_name='next attempt')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='sent at')),
                ('answer', models.CharField(blank=True, max_length=500, verbose_name='why it did not leave')),
                ('by', models.ForeignKey(help_text='Empty: asked for on the page for a forgotten password.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked for by')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='password_letters', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'letter to choose a password',
                'verbose_name_plural': 'letters to choose a password',
                'ordering': ('-pk',),
                'constraints': [models.CheckConstraint(condition=models.Q(('sent_at__isnull', True), ('next_attempt_at__isnull', True), _connector='OR'), name='password_letter_sent_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='sentrequest',
            constraint=models.UniqueConstraint(fields=('person', 'key', 'digest'), name='one_answer_for_a_sent_request'),
        ),
    ]
