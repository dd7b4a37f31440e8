"""Authorised agents: clients that sign with a key of their own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0013_client_rights"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuthorisedAgent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "mac",
                    models.BinaryField(default=None, editable=False, max_length=32, null=True),
                ),
                ("agent_id", models.CharField(max_length=64, unique=True)),
                (
                    "business_id",
                    models.CharField(help_text="what it calls this organisation", max_length=64),
                ),
                (
                    "verify_key",
                    models.CharField(help_text="Ed25519, public, base64", max_length=44),
                ),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "entry_id",
                    models.BigIntegerField(help_text="the ledger entry that registered it"),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="agents",
                        to="accounts.serviceclient",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
    ]
