"""Requests of programs that were done, so that they are done once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_client_without_token")]

    operations = [
        migrations.CreateModel(
            name="Repeat",
            fields=[
                ("key_hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("asked_hash", models.CharField(max_length=64)),
                ("answer", models.JSONField(help_text="numbers of rows and entries")),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
