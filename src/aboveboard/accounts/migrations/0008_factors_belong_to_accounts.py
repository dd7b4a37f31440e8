"""Marks where the secrets of second factors were bound to their account: that is done once this
stands, by the code of the version that runs (``accounts.signin.factor_binding``)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_client_choices")]

    operations = []
