"""Holds, restrictions and sweeps: the tables exist, under these names, since vault.0010; here the package takes them over."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("vault", "0010_tables_move"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Sweep',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('promise_serial', models.IntegerField()),
                        ('begun_at', models.DateTimeField(help_text='the moment that every rule was asked about')),
                        ('begun_by', models.JSONField(help_text='the actor')),
                        ('reached', models.BigIntegerField(default=-1)),
                        ('people_reviewed', models.BigIntegerField(default=0)),
                        ('counts', models.JSONField(default=dict, help_text='what was found, as retention.sweep.counting writes it')),
                        ('digest', models.CharField(help_text='SHA-256, hex', max_length=64)),
                        ('reviewed_at', models.DateTimeField(null=True)),
                        ('erasing_at', models.DateTimeField(help_text='when somebody first told it to erase', null=True)),
                        ('erasing_by', models.JSONField(help_text='the actor', null=True)),
                        ('erased_at', models.DateTimeField(help_text='when the last row was done', null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='Hold',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('person_id', models.BigIntegerField(db_index=True)),
                        ('reference', models.CharField(help_text='a case or letter number, without personal data', max_length=80)),
                        ('at', models.DateTimeField()),
                        ('actor', models.JSONField(help_text='who did it: kind, id, role, team')),
                        ('entry_id', models.BigIntegerField(help_text='the ledger entry that proves it')),
                        ('until', models.DateTimeField(help_text='when it ends by itself; null: when somebody ends it', null=True)),
                        ('ended_at', models.DateTimeField(null=True)),
                        ('ended_reference', models.CharField(blank=True, default='', max_length=80)),
                        ('ended_actor', models.JSONField(null=True)),
                        ('ended_entry_id', models.BigIntegerField(null=True)),
                        ('why', models.CharField(choices=[('claim', 'claim'), ('legal_duty', 'legal_duty'), ('authority', 'authority')], max_length=20)),
                    ],
                    options={
                        'abstract': False,
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('person_id', 'reference'), name='retention_hold_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Restriction',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('person_id', models.BigIntegerField(db_index=True)),
                        ('reference', models.CharField(help_text='a case or letter number, without personal data', max_length=80)),
                        ('at', models.DateTimeField()),
                        ('actor', models.JSONField(help_text='who did it: kind, id, role, team')),
                        ('entry_id', models.BigIntegerField(help_text='the ledger entry that proves it')),
                        ('until', models.DateTimeField(help_text='when it ends by itself; null: when somebody ends it', null=True)),
                        ('ended_at', models.DateTimeField(null=True)),
                        ('ended_reference', models.CharField(blank=True, default='', max_length=80)),
                        ('ended_actor', models.JSONField(null=True)),
                        ('ended_entry_id', models.BigIntegerField(null=True)),
                        ('why', models.CharField(choices=[('accuracy_contested', 'accuracy_contested'), ('unlawful', 'unlawful'), ('needed_for_claim', 'needed_for_claim'), ('objection_pending', 'objection_pending')], max_length=20)),
                    ],
                    options={
                        'abstract': False,
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('person_id', 'reference'), name='retention_restriction_once')],
                    },
                ),
                migrations.CreateModel(
                    name='SweepRow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('person_id', models.BigIntegerField(db_index=True, null=True)),
                        ('fields', models.JSONField(help_text='field: purpose: why it lapsed')),
                        ('whole', models.BooleanField(help_text='nothing else is held of them: they would be erased whole')),
                        ('bound', models.CharField(help_text='SHA-256 of the row as it was reviewed, hex', max_length=64)),
                        ('outcome', models.CharField(blank=True, default='', max_length=20)),
                        ('at', models.DateTimeField(help_text='when it was done or left', null=True)),
                        ('sweep', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='retention.sweep')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['sweep', 'id'], name='retention_sweep_rows'), models.Index(condition=models.Q(('outcome', '')), fields=['sweep', 'id'], name='retention_sweep_waiting')],
                    },
                ),
            ]
        ),
    ]
