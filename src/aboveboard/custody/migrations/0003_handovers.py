"""Who has had each device since when, and how one left service."""

from django.db import migrations, models
from django.db.models import Q


def first_holders(apps, schema_editor):
    """Whoever has a device now had it since it was registered, as far as anybody wrote down."""
    device, handover = apps.get_model("custody", "Device"), apps.get_model("custody", "Handover")
    handover.objects.bulk_create(
        handover(device_id=row.pk, holder_id=row.holder_id, at=row.registered_at, by=row.registered_by)
        for row in device.objects.filter(holder_id__isnull=False).order_by("pk")
    )


class Migration(migrations.Migration):
    """A table, and a column of the records."""

    dependencies = [("custody", "0002_parcels")]

    operations = [
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("holder_id", models.BigIntegerField(help_text="the account of the member of staff who has it", null=True)),
                ("at", models.DateTimeField()),
                ("by", models.JSONField(help_text="the actor")),
                ("note", models.TextField(blank=True, help_text="what the person said")),
                (
                    "device",
                    models.ForeignKey(on_delete=models.deletion.PROTECT, related_name="handovers", to="custody.device"),
                ),
            ],
            options={"indexes": [models.Index(fields=["device", "id"], name="custody_handovers")]},
        ),
        migrations.AddField(
            "devicerecord",
            "how",
            models.CharField(
                blank=True,
                choices=[("returned", "Returned to its owner"), ("wiped", "Wiped"), ("destroyed", "Destroyed")],
                default="",
                max_length=10,
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            "devicerecord",
            models.CheckConstraint(name="custody_only_retired_has_how", condition=Q(how="") | Q(state="retired")),
        ),
        migrations.RunPython(first_holders, migrations.RunPython.noop),
    ]
