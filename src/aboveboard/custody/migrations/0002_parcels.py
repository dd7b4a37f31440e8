"""Exports that are encrypted parcels: their form, the keys they are sealed to, and the entry that says they were made."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Columns of the export alone."""

    dependencies = [("custody", "0001_initial")]

    operations = [
        migrations.AddField(
            "export",
            "form",
            models.CharField(
                choices=[("csv", "Comma-separated, with a header line"), ("ndjson", "A JSON object a line")], default="csv", max_length=8
            ),
        ),
        migrations.AddField(
            "export", "pseudonyms", models.BooleanField(default=False, help_text="whether a pseudonym begins each row")
        ),
        migrations.AddField(
            "export", "age_keys", models.JSONField(default=list, help_text="the public keys of age that the file is sealed to")
        ),
        migrations.AddField("export", "entry_id", models.BigIntegerField(help_text="the ledger entry that says it was made", null=True)),
        migrations.AlterField(
            "export",
            "protection",
            models.CharField(
                choices=[("none", "Not protected"), ("disk", "On an encrypted disk"), ("parcel", "An encrypted parcel")], max_length=8
            ),
        ),
    ]
