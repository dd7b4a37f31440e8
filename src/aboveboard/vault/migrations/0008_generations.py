from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('vault', '0007_attachments'),
    ]

    operations = [
        migrations.CreateModel(
            name='LookUpGenerations',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('searched', models.SmallIntegerField(default=0)),
                ('also', models.SmallIntegerField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='blindindex',
            name='generation',
            field=models.SmallIntegerField(db_default=0, default=0, help_text='of the index key'),
        ),
    ]
