from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('recovery', '0002_row_comparison'),
    ]

    operations = [
        migrations.CreateModel(
            name='InstalledVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(max_length=40)),
                ('installed_at', models.DateTimeField()),
                ('changes', models.IntegerField(help_text='changes of the database that it made then')),
            ],
        ),
    ]
