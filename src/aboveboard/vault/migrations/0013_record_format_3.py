"""What stands in the clear about people says less: their dates become days, and the records that are
not of format 3 yet are found without reading any."""

from django.db import migrations

BATCH = 10_000

DAYS = {
    "postgresql": "date_trunc('day', {column} AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'",
    "sqlite": "substr({column}, 1, 10) || ' 00:00:00'",
}
OLD = {
    "postgresql": "substring(boxes from 1 for 1) <> '\\x03'::bytea",
    "sqlite": "substr(boxes, 1, 1) <> x'03'",
}


def coarsen(apps, schema_editor):
    """Let every date be a day, some people in one statement: running it again changes nothing."""
    connection = schema_editor.connection
    person = apps.get_model("vault", "Person")
    sets = ", ".join(
        f"{column} = {DAYS[connection.vendor].format(column=column)}"
        for column in ("collected_at", "last_active_at")
    )
    low = -(2**63)
    while True:
        above = person.objects.filter(id__gte=low).order_by("id").values_list("id", flat=True)
        first_of_next = next(iter(above[BATCH : BATCH + 1]), None)
        with connection.cursor() as cursor:
            upper = "" if first_of_next is None else f"AND id < {int(first_of_next)}"
            cursor.execute(f"UPDATE vault_person SET {sets} WHERE id >= {int(low)} {upper}")
        if first_of_next is None:
            break
        low = first_of_next
    alias = apps.get_model("vault", "Alias")
    for row in alias.objects.all():
        row.facets = {
            name: f"{text[:10]}T00:00:00.000000Z" if name.endswith("collected_at") or name == "last_active_at" else text
            for name, text in row.facets.items()
        }
        row.save(update_fields=["facets"])


def index_old_formats(apps, schema_editor):
    """An index of the records of earlier formats alone: it is empty once all are migrated."""
    schema_editor.execute(
        "CREATE INDEX IF NOT EXISTS vault_record_old_format ON vault_sealedrecord (person_id) WHERE "
        + OLD[schema_editor.connection.vendor]
    )


class Migration(migrations.Migration):
    # Each statement by itself: one transaction would lock everybody until the last is done.
    atomic = False

    dependencies = [("vault", "0012_row_macs")]

    operations = [
        migrations.RunPython(coarsen, migrations.RunPython.noop),
        migrations.RunPython(index_old_formats, migrations.RunPython.noop),
    ]
