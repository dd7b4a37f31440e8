from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0008_use_index'),
    ]

    operations = [
        migrations.RemoveIndex(model_name='quietrefusal', name='quiet_refusal_person'),
        migrations.AddIndex(
            model_name='quietrefusal',
            index=models.Index(fields=['person', 'entry_id'], name='quiet_refusal_person'),
        ),
    ]
