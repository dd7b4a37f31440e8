from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0005_explanations_index"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("kind", "ledger.handles-committed")),
                fields=["id"],
                name="ledger_entry_committed",
            ),
        ),
    ]
