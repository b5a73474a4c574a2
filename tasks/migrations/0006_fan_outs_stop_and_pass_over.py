
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('committees', '0003_absence'),
        ('tasks', '0005_at_risk_while_it_runs'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='fanout',
            name='stop',
            field=models.CharField(blank=True, choices=[('state', 'The task above is no longer at work. Start again when it is.'), ('giver', 'Another body leads the task above now. Cancel the rest.'), ('deadline', 'The task above is due earlier now. Cancel the rest and prepare it anew.')], max_length=10, verbose_name='why it stopped'),
        ),
        migrations.AddField(
            model_name='recipient',
            name='skipped',
            field=models.CharField(blank=True, choices=[('dissolved', 'dissolved meanwhile'), ('has_one', 'already has a task under this one'), ('not_below', 'the giver may no longer give it tasks')], max_length=10, verbose_name='why it was passed over'),
        ),
        migrations.AlterField(
            model_name='fanout',
            name='state',
            field=models.CharField(choices=[('prepared', 'prepared'), ('running', 'being given'), ('stopped', 'stopped half-way'), ('done', 'given'), ('cancelled', 'cancelled')], default='prepared', max_length=10, verbose_name='state'),
        ),
        migrations.AddConstraint(
            model_name='fanout',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'stopped'), models.Q(('stop', ''), _negated=True)), models.Q(models.Q(('state', 'stopped'), _negated=True), ('stop', '')), _connector='OR'), name='fan_out_stopped_with_a_reason'),
        ),
    ]
