"""How far an import has come, so that one that was stopped goes on from there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Columns of the run alone: cheap on any number of people."""

    dependencies = [("vault", "0004_sweep")]

    operations = [
        migrations.AddField("importrun", "mapping_digest", models.CharField(blank=True, default="", max_length=64)),
        migrations.AddField(
            "importrun", "resumed", models.IntegerField(default=0, help_text="how often it went on after it had been stopped")
        ),
        migrations.AddField("importrun", "resumed_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "importrun", "bytes_done", models.BigIntegerField(default=0, help_text="where in the file the next row is")
        ),
        migrations.AddField("importrun", "lines_done", models.BigIntegerField(default=0)),
        migrations.AddField(
            "importrun",
            "first_person_id",
            models.BigIntegerField(default=0, help_text="people with this id or a later one may be of this run"),
        ),
    ]
