from django.db import migrations, models


class Migration(migrations.Migration):
    """A choice can be about a third party: its key and that of a purpose stand in one word."""

    dependencies = [("choices", "0006_objection_met")]

    operations = [
        migrations.AlterField(
            model_name="choice", name="purpose", field=models.CharField(max_length=100)
        ),
    ]
