"""A code that staff were shown is used by somebody else; those from before end within days."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rights", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="requestcode",
            name="made_by",
            field=models.CharField(
                blank=True,
                default="",
                help_text="whom it was shown to, as kind:id",
                max_length=80,
            ),
        ),
    ]
