from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('tasks', '0004_whole_life')]

    operations = [
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('risk_days__isnull', True), models.Q(('due_on__isnull', False), ('state__in', ('assigned', 'in_progress'))), _connector='OR'), name='task_at_risk_while_it_runs'),
        ),
    ]
