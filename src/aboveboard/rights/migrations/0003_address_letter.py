"""Letters by which somebody confirms an address."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rights", "0002_code_made_by"),
    ]

    operations = [
        migrations.CreateModel(
            name="AddressLetter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mac", models.BinaryField(default=None, max_length=32, null=True)),
                ("person_id", models.BigIntegerField()),
                ("field", models.CharField(max_length=64)),
                ("collected_at", models.DateTimeField()),
                (
                    "cause",
                    models.CharField(
                        help_text="a code of rights.confirming.LetterCause", max_length=8
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "token_hash",
                    models.CharField(blank=True, db_index=True, default="", max_length=64),
                ),
                ("address", models.BinaryField(default=b"", max_length=32)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "entry_id",
                    models.BigIntegerField(
                        help_text="the ledger entry that says that it was asked for"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person_id", "field"], name="rights_letter_person"),
                    models.Index(fields=["address", "made_at"], name="rights_letter_address"),
                ],
            },
        ),
    ]
