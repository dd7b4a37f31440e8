from django.db import migrations, models

# Each count, by the channel of its rows: counted anew, as a tally did not say of which channel it
# is. What a worker has in hand is queued.
COUNT = """
INSERT INTO delivery_batchtally (
    batch_id, channel, state, reason, shard, count, first_sent_at, last_sent_at
)
SELECT batch_id, channel, CASE state WHEN 'sending' THEN 'queued' ELSE state END, reason, 0,
    count(*), MIN(sent_at), MAX(sent_at)
FROM delivery_dispatch GROUP BY 1, 2, 3, 4
"""
CHANNELS = [('email', 'Email'), ('post', 'Post'), ('sms', 'Sms')]


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0005_webhooks'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChannelPause',
            fields=[
                ('mac', models.BinaryField(default=None, max_length=32, null=True)),
                ('channel', models.CharField(choices=CHANNELS, max_length=8, primary_key=True, serialize=False)),
                ('paused_at', models.DateTimeField(blank=True, null=True)),
                ('actor', models.JSONField(help_text='who stopped it, or let it go on')),
                ('entry_id', models.BigIntegerField(help_text='the ledger entry that proves it')),
            ],
            options={'abstract': False},
        ),
        migrations.CreateModel(
            name='ChannelWait',
            fields=[
                ('channel', models.CharField(choices=CHANNELS, max_length=8, primary_key=True, serialize=False)),
                ('trouble', models.CharField(blank=True, default='', max_length=64)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('retry_at', models.DateTimeField(blank=True, null=True)),
                ('spent_until', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.RemoveField(model_name='batch', name='retry_at'),
        migrations.RemoveField(model_name='batch', name='trouble'),
        migrations.RunSQL('DELETE FROM delivery_batchtally', migrations.RunSQL.noop),
        migrations.AddField(
            model_name='batchtally',
            name='channel',
            field=models.CharField(choices=CHANNELS, default='', max_length=8),
            preserve_default=False,
        ),
        migrations.RemoveConstraint(model_name='batchtally', name='delivery_tallied_once'),
        migrations.AddConstraint(
            model_name='batchtally',
            constraint=models.UniqueConstraint(fields=('batch', 'channel', 'state', 'reason', 'shard'), name='delivery_tallied_once'),
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name='dispatch', name='delivery_due'),
        migrations.RemoveIndex(model_name='dispatch', name='delivery_in_hand'),
        migrations.AddIndex(
            model_name='dispatch',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['batch', 'channel', 'due_at', 'id'], name='delivery_due'),
        ),
        migrations.AddIndex(
            model_name='dispatch',
            index=models.Index(condition=models.Q(('state', 'sending')), fields=['batch', 'channel', 'claimed_at'], name='delivery_in_hand'),
        ),
    ]
