"""The ledger in the order of what is due, in a place and in the region."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("problems", "0002_row_security")]

    operations = [
        migrations.AddIndex(
            model_name="problem",
            index=models.Index(fields=["division", "due_on", "id"], name="problem_division_due"),
        ),
        migrations.AddIndex(
            model_name="problem",
            index=models.Index(fields=["due_on", "id"], name="problem_due_on"),
        ),
    ]
