"""What other packages have taken over is no longer the vault's. Nothing is done to the database."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("vault", "0010_tables_move"),
        ("identity", "0001_initial"),
        ("intake", "0001_initial"),
        ("retention", "0001_initial"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel("SweepRow"),
                migrations.DeleteModel("Sweep"),
                migrations.DeleteModel("Hold"),
                migrations.DeleteModel("Restriction"),
                migrations.DeleteModel("MergedPerson"),
                migrations.DeleteModel("ImportProblem"),
                migrations.DeleteModel("ImportRun"),
            ]
        ),
    ]
