from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('incidents', '0016_closing_review'),
    ]

    operations = [
        migrations.AddField(
            model_name='affectedlist',
            name='login',
            field=models.JSONField(help_text='the stolen login that it is of, and how often that did what', null=True),
        ),
        migrations.AddField(
            model_name='affectedlist',
            name='file_name',
            field=models.CharField(blank=True, default='', help_text='of the files that say who is on it, if they do', max_length=80),
        ),
    ]
