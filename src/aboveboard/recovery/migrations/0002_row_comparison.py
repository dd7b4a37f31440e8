from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('recovery', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='RowComparison',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.BigIntegerField(default=0)),
                ('compared_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('rows', models.BigIntegerField(default=0, help_text='how many rows there were')),
                ('differing', models.BigIntegerField(default=0, help_text='how many differences')),
                ('findings', models.JSONField(default=list, help_text='the first of them, as sentences')),
            ],
        ),
    ]
