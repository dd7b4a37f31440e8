"""A choice may be about one way of contact of a purpose; those from before are about the whole."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("choices", "0004_row_macs")]

    operations = [
        migrations.AddField(
            model_name="choice",
            name="contact",
            field=models.CharField(
                blank=True,
                default="",
                help_text="the way of contact it is about; empty: the purpose as a whole",
                max_length=16,
            ),
        ),
    ]
