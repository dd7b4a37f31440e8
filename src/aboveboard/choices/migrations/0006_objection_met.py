from django.db import migrations, models


class Migration(migrations.Migration):
    """An objection can be met (GDPR Art. 21(1)): a third value, which no answer of a person has."""

    dependencies = [("choices", "0005_contact")]

    operations = [
        migrations.AlterField(
            model_name="choice",
            name="answer",
            field=models.CharField(
                choices=[("yes", "yes"), ("no", "no"), ("met", "met")], max_length=3
            ),
        ),
    ]
