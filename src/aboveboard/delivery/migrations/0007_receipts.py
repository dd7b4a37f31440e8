from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0006_channels'),
    ]

    operations = [
        migrations.CreateModel(
            name='ContactLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mac', models.BinaryField(default=None, max_length=32, null=True)),
                ('person_id', models.BigIntegerField(db_index=True)),
                ('why', models.CharField(choices=[('at_risk', 'at_risk'), ('stopped', 'stopped')], max_length=12)),
                ('channels', models.JSONField()),
                ('sealed', models.BinaryField(null=True)),
                ('at', models.DateTimeField()),
                ('actor', models.JSONField(help_text='who recorded it: kind, id, role, team')),
                ('entry_id', models.BigIntegerField(help_text='the ledger entry that proves it')),
            ],
            options={'abstract': False},
        ),
        migrations.AddField(model_name='batch', name='channels', field=models.JSONField(default=list)),
        migrations.AddField(model_name='dispatch', name='receipt', field=models.CharField(blank=True, db_default='', default='', max_length=12)),
        migrations.AddField(model_name='dispatch', name='receipt_at', field=models.DateTimeField(blank=True, null=True)),
        migrations.AddField(model_name='dispatch', name='follows_id', field=models.BigIntegerField(blank=True, null=True)),
    ]
