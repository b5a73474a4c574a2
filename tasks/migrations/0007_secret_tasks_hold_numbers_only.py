from typing import Any

from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Replace


def drop_words(apps: Any, _schema: Any) -> None:
    """What a secret task could hold until now beside its number."""
    secret = apps.get_model("tasks", "Task").objects.filter(secrecy="secret")
    gone = {name: Replace(F(name), Value(" "), Value("")) for name in ("number", "after_event", "approval")}
    secret.update(pillar="", target=None, target_unit="", **gone)


class Migration(migrations.Migration):
    dependencies = [('tasks', '0006_fan_outs_stop_and_pass_over')]

    operations = [
        migrations.RemoveConstraint(model_name='task', name='task_secret_holds_no_words'),
        migrations.RunPython(drop_words, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('secrecy', 'secret'), _negated=True), models.Q(('authority', ''), ('deliverable', ''), ('deliverable_kind', ''), ('description', ''), ('lead_words', ''), ('parent_words', ''), ('pillar', ''), ('risk_remedy', ''), ('target__isnull', True), ('target_unit', ''), ('title__startswith', 'Nhiệm vụ mật'), ('title_en', ''), models.Q(('number__contains', ' '), _negated=True), models.Q(('after_event__contains', ' '), _negated=True), models.Q(('approval__contains', ' '), _negated=True)), _connector='OR'), name='task_secret_holds_no_words'),
        ),
    ]
