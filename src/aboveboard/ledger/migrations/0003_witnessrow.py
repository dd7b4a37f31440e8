from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0002_keychange'),
    ]

    operations = [
        migrations.CreateModel(
            name='WitnessRow',
            fields=[
                ('name', models.CharField(max_length=300, primary_key=True, serialize=False)),
                ('size', models.BigIntegerField(default=0)),
                ('lines', models.TextField(default='')),
                ('cosigned_at', models.DateTimeField(null=True)),
                ('asked_at', models.DateTimeField()),
                ('problem', models.TextField(default='')),
                ('refuses', models.BooleanField(default=False)),
            ],
        ),
    ]
