"""Tables of other packages get their packages' names. The rows stay where they are: a table is
renamed, not copied. The packages' own first migrations take them over."""

from django.db import migrations, models

OPEN = models.Q(("ended_at__isnull", True))


class Migration(migrations.Migration):

    dependencies = [
        ("vault", "0009_alias"),
    ]

    operations = [
        migrations.RenameModel("LookUpGenerations", "IndexGenerations"),
        migrations.RenameField("mergedperson", "boxes", "merged_boxes"),
        migrations.RenameField("mergedperson", "set_aside", "replaced_boxes"),
        migrations.RenameField("sweep", "looked_at", "people_reviewed"),
        migrations.RemoveConstraint("hold", "vault_hold_once"),
        migrations.RemoveConstraint("restriction", "vault_restriction_once"),
        migrations.RemoveConstraint("mergedperson", "vault_merged_once"),
        migrations.RenameIndex("sweeprow", new_name="retention_sweep_rows", old_name="vault_sweep_rows"),
        migrations.RenameIndex("sweeprow", new_name="retention_sweep_waiting", old_name="vault_sweep_waiting"),
        migrations.AlterModelTable("hold", "retention_hold"),
        migrations.AlterModelTable("restriction", "retention_restriction"),
        migrations.AlterModelTable("sweep", "retention_sweep"),
        migrations.AlterModelTable("sweeprow", "retention_sweeprow"),
        migrations.AlterModelTable("mergedperson", "identity_mergedperson"),
        migrations.AlterModelTable("importrun", "intake_importrun"),
        migrations.AlterModelTable("importproblem", "intake_importproblem"),
        migrations.AddConstraint(
            "hold", models.UniqueConstraint(fields=["person_id", "reference"], condition=OPEN, name="retention_hold_once")
        ),
        migrations.AddConstraint(
            "restriction",
            models.UniqueConstraint(fields=["person_id", "reference"], condition=OPEN, name="retention_restriction_once"),
        ),
        migrations.AddConstraint(
            "mergedperson",
            models.UniqueConstraint(fields=["merged_id"], condition=models.Q(("split_at__isnull", True)), name="identity_merged_once"),
        ),
    ]
