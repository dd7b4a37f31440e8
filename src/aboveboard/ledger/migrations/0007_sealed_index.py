from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0006_commitment_index"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("handle__isnull", True), ("kind", "use.sealed")),
                fields=["id"],
                name="ledger_entry_sealed",
            ),
        ),
    ]
