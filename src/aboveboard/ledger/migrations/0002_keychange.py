from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeyChange',
            fields=[
                ('generation', models.PositiveIntegerField(primary_key=True, serialize=False)),
                ('vkey', models.TextField()),
                ('entry_id', models.BigIntegerField()),
                ('at', models.DateTimeField()),
            ],
        ),
    ]
