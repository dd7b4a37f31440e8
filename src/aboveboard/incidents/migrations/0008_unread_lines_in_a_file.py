from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('incidents', '0007_names_in_help'),
    ]

    operations = [
        migrations.AlterField(
            model_name='evidence',
            name='unread',
            field=models.BigIntegerField(help_text='lines that could not; each is listed'),
        ),
    ]
