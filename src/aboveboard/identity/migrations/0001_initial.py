"""Merges: the tables exist, under these names, since vault.0010; here the package takes them over."""

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
                    name='MergedPerson',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('person_id', models.BigIntegerField(db_index=True, help_text='the person as they are known from then on')),
                        ('merged_id', models.BigIntegerField(help_text='the number that leads to them since')),
                        ('reference', models.CharField(help_text='a case number, without personal data', max_length=80)),
                        ('at', models.DateTimeField()),
                        ('actor', models.JSONField(help_text='who did it: kind, id, role, team')),
                        ('entry_id', models.BigIntegerField(help_text='the ledger entry that proves it')),
                        ('merged_boxes', models.BinaryField(null=True)),
                        ('replaced_boxes', models.BinaryField(null=True)),
                        ('state', models.JSONField()),
                        ('split_at', models.DateTimeField(null=True)),
                        ('split_actor', models.JSONField(null=True)),
                        ('split_reference', models.CharField(blank=True, default='', max_length=80)),
                        ('split_entry_id', models.BigIntegerField(null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('split_at__isnull', True)), fields=('merged_id',), name='identity_merged_once')],
                    },
                ),
            ]
        ),
    ]
