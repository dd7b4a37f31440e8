"""Campaigns made in the console."""

from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mac', models.BinaryField(default=None, max_length=32, null=True)),
                ('purpose', models.CharField(max_length=64)),
                ('channel', models.CharField(max_length=32)),
                ('recipient', models.CharField(max_length=80)),
                ('age_keys', models.JSONField(help_text='the public keys of age that the parcel is sealed to')),
                ('actor', models.JSONField(help_text='as whom it is decided: kind, id, role, team')),
                ('token', models.CharField(blank=True, default='', max_length=32)),
                ('file_name', models.CharField(blank=True, default='', max_length=200)),
                ('file_digest', models.CharField(blank=True, default='', max_length=64)),
                ('headers', models.JSONField(default=list)),
                ('columns', models.JSONField(default=dict)),
                ('made_at', models.DateTimeField()),
                ('state', models.CharField(max_length=8)),
                ('total', models.BigIntegerField(default=0)),
                ('done', models.BigIntegerField(default=0)),
                ('allowed', models.BigIntegerField(default=0)),
                ('left_out', models.JSONField(default=dict)),
                ('failure', models.CharField(blank=True, default='', max_length=300)),
                ('export_id', models.BigIntegerField(null=True)),
                ('fetched_at', models.DateTimeField(null=True)),
                ('gone_at', models.DateTimeField(help_text='when the list and the parcel went', null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['-id'], name='campaigns_newest')],
            },
        ),
    ]
