"""What a program had before it had secrets goes; in a transaction of its own, after the rows that were written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_client_credentials")]

    operations = [
        migrations.AlterField(
            model_name="serviceclient", name="client_id",
            field=models.CharField(help_text="what it calls itself at the token endpoint; no secret", max_length=40, unique=True),
        ),
        migrations.RemoveField(model_name="serviceclient", name="token_hash"),
        migrations.RemoveField(model_name="serviceclient", name="expires_at"),
    ]
