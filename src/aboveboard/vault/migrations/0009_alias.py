"""Numbers that lead to a person since a merge get a table of their own, which look-ups need; what a
merge keeps for its undoing goes to ``identity``."""

from django.db import migrations, models


def take_over(apps, schema_editor):
    """Make an alias of each merge that was not undone, and let each package's part of the undo data
    stand under the name that it declares."""
    MergedPerson = apps.get_model("vault", "MergedPerson")
    Alias = apps.get_model("vault", "Alias")
    for row in MergedPerson.objects.order_by("id").iterator(chunk_size=500):
        facets, look_ups = row.state.pop("facets"), row.state.pop("look_ups")
        if row.split_at is None:
            Alias.objects.create(
                merged_id=row.merged_id,
                person_id=row.person_id,
                at=row.at,
                facets=facets,
                # Before the first rotation of the index key no generation was written.
                look_ups=[]
                if row.boxes is None
                else [[*look_up[:3], look_up[3] if len(look_up) > 3 else 0] for look_up in look_ups],
            )
        packages = row.state.pop("rooms")
        packages["accounts"] = row.state.pop("account")
        packages["holds"] = None  # what is open on each is worked out again when the two are parted
        row.state["packages"] = {NAMES.get(name, name): state for name, state in packages.items()}
        row.save(update_fields=["state"])


NAMES = {"access": "refused_look_ups"}
"""What a package called its part before, and the declaration that has it now."""


class Migration(migrations.Migration):

    dependencies = [
        ("vault", "0008_generations"),
    ]

    operations = [
        migrations.CreateModel(
            name="Alias",
            fields=[
                ("merged_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("person_id", models.BigIntegerField(db_index=True, help_text="the person it leads to")),
                ("at", models.DateTimeField(help_text="since when")),
                ("facets", models.JSONField(help_text="the merged person's facets, and when the other began")),
                (
                    "look_ups",
                    models.JSONField(
                        help_text="what the merged record was filed under: kind number, digest in hex, whether it "
                        "found the other too, generation of the index key"
                    ),
                ),
            ],
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="person",
            name="held_until",
            field=models.DateTimeField(help_text="end of the longest open legal hold; null: none", null=True),
        ),
    ]
