"""Programs prove themselves with secrets and are given short-lived tokens; the token that a program had becomes its first secret."""

import secrets

import django.db.models.deletion
from django.db import migrations, models


def _token_to_secret(apps, schema_editor):
    client_model, secret_model = apps.get_model("accounts", "ServiceClient"), apps.get_model("accounts", "ClientSecret")
    for client in client_model.objects.all():
        client.client_id = secrets.token_hex(10)
        client.save(update_fields=["client_id"])
        secret_model.objects.create(
            client=client, secret_hash=client.token_hash, made_at=client.made_at, expires_at=client.expires_at
        )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="serviceclient", name="client_id",
            field=models.CharField(help_text="what it calls itself at the token endpoint; no secret", max_length=40, null=True),
        ),
        migrations.CreateModel(
            name="ClientSecret",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("secret_hash", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("client", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="secrets", to="accounts.serviceclient")),
            ],
        ),
        migrations.CreateModel(
            name="AccessToken",
            fields=[
                ("token_hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("purposes", models.JSONField()),
                ("channels", models.JSONField()),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("client", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="tokens", to="accounts.serviceclient")),
            ],
        ),
        migrations.RunPython(_token_to_secret, migrations.RunPython.noop),
    ]
