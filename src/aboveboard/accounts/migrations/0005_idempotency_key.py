"""``Repeat`` is called after the header that its rows are about."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_repeat")]

    operations = [migrations.RenameModel("Repeat", "IdempotencyKey")]
