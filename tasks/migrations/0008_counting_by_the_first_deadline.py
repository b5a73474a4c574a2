from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('tasks', '0007_secret_tasks_hold_numbers_only')]

    operations = [
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('state__in', ('assigned', 'in_progress', 'submitted'))), fields=['original_due_on', 'id', 'state', 'submitted_at', 'secrecy', 'assigned_at', 'assigner', 'lead'], name='task_first_due'),
        ),
    ]
