from django.db import migrations, models

from portal.shared.text import fold, number_key


def set_keys(apps, schema_editor):
    """As `Order.save` writes them today."""
    Order = apps.get_model("tasks", "Order")
    for order in Order.objects.only("number", "issuer").iterator():
        order.number_key, order.issuer_key = number_key(order.number), fold(order.issuer)
        order.save(update_fields=["number_key", "issuer_key"])


class Migration(migrations.Migration):
    dependencies = [("tasks", "0011_orders_in")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="issuer_key",
            field=models.CharField(default="", editable=False, max_length=250),
        ),
        migrations.RunPython(set_keys, migrations.RunPython.noop),
    ]
