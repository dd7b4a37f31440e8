"""Import runs and their problems: the tables exist, under these names, since vault.0010; here the package takes them over."""

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
                    name='ImportRun',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('file_digest', models.CharField(max_length=64)),
                        ('mapping_digest', models.CharField(blank=True, default='', max_length=64)),
                        ('file_name', models.CharField(max_length=200)),
                        ('started_at', models.DateTimeField()),
                        ('finished_at', models.DateTimeField(null=True)),
                        ('resumed', models.IntegerField(default=0, help_text='how often it went on after it had been stopped')),
                        ('resumed_at', models.DateTimeField(null=True)),
                        ('bytes_done', models.BigIntegerField(default=0, help_text='where in the file the next row is')),
                        ('lines_done', models.BigIntegerField(default=0)),
                        ('first_person_id', models.BigIntegerField(default=0, help_text='people with this id or a later one may be of this run')),
                        ('rows', models.BigIntegerField(default=0)),
                        ('loaded', models.BigIntegerField(default=0)),
                        ('already_held', models.BigIntegerField(default=0)),
                        ('refused', models.BigIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name='ImportProblem',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('line', models.BigIntegerField()),
                        ('field', models.CharField(blank=True, max_length=64)),
                        ('code', models.CharField(max_length=40)),
                        ('sentence', models.CharField(max_length=300)),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='intake.importrun')),
                    ],
                ),
            ]
        ),
    ]
