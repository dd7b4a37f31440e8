from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0004_adoption_index'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(
                condition=models.Q(('handle__isnull', False), ('kind', 'explain.asked')),
                fields=['id'],
                name='ledger_entry_explained',
            ),
        ),
    ]
