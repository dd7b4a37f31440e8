from django.db import migrations, models

# What was counted at each view until now, counted once: what a worker has in hand is queued.
COUNT = """
INSERT INTO delivery_batchtally (batch_id, state, reason, shard, count, first_sent_at, last_sent_at)
SELECT batch_id, CASE state WHEN 'sending' THEN 'queued' ELSE state END, reason, 0, count(*),
    MIN(sent_at), MAX(sent_at)
FROM delivery_dispatch GROUP BY 1, 2, 3
"""


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0003_row_macs'),
    ]

    operations = [
        migrations.CreateModel(
            name='BatchTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('sending', 'Sending'), ('sent', 'Sent'), ('failed', 'Failed'), ('skipped', 'Skipped')], max_length=8)),
                ('reason', models.CharField(blank=True, default='', max_length=64)),
                ('shard', models.PositiveSmallIntegerField()),
                ('count', models.BigIntegerField()),
                ('first_sent_at', models.DateTimeField(blank=True, null=True)),
                ('last_sent_at', models.DateTimeField(blank=True, null=True)),
                ('batch', models.ForeignKey(db_index=False, on_delete=models.deletion.PROTECT, to='delivery.batch')),
            ],
            options={
                'verbose_name_plural': 'batch tallies',
                'constraints': [models.UniqueConstraint(fields=('batch', 'state', 'reason', 'shard'), name='delivery_tallied_once')],
            },
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
