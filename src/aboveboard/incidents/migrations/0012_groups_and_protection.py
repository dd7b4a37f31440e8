from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('incidents', '0011_not_notified'),
    ]

    operations = [
        migrations.AddField(
            model_name='affectedestimate',
            name='protected',
            field=models.BigIntegerField(default=0, help_text='what of it was protected, a bitmap'),
        ),
        migrations.AddField(
            model_name='affectedlist',
            name='protected',
            field=models.BigIntegerField(default=0, help_text='what of it was protected, a bitmap'),
        ),
        migrations.AddField(
            model_name='incident',
            name='groups',
            field=models.JSONField(default=list, help_text='groups of people judged by themselves'),
        ),
    ]
