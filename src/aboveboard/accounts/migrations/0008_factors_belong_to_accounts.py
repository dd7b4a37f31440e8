"""Nothing of the tables: since here the secrets of second factors belong to their account. Those of
an earlier version are bound when the upgrade takes the rows over (``accounts.factors``)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_client_choices")]

    operations = []
