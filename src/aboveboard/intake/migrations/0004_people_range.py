"""People's numbers are drawn from a range of the import: what was the first number is where its range
begins."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("intake", "0003_erased_and_differences")]

    operations = [
        migrations.RenameField("importrun", "first_person_id", "people_range"),
        migrations.AlterField(
            "importrun",
            "people_range",
            models.BigIntegerField(
                default=0, help_text="beginning of the range that this run draws people's numbers from"
            ),
        ),
    ]
