from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('incidents', '0005_row_macs'),
    ]

    operations = [
        migrations.AddField(
            model_name='batchrecord',
            name='entry_id',
            field=models.BigIntegerField(help_text='the ledger entry that says so', null=True),
        ),
        migrations.AddField(
            model_name='batchrecord',
            name='mac',
            field=models.BinaryField(default=None, max_length=32, null=True),
        ),
    ]
