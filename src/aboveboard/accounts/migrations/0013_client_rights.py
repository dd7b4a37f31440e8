"""What a client may do about requests of people. Rows from before keep their MAC: one without
rights is under it as it was (``accounts.models``)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_session_row"),
    ]

    operations = [
        migrations.AddField(
            model_name="accesstoken",
            name="rights",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="serviceclient",
            name="rights",
            field=models.JSONField(
                default=list,
                help_text="words of its scope about requests of people: request:, proves:",
            ),
        ),
    ]
