from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("history", "0007_approved")]

    operations = [
        migrations.RemoveIndex(model_name="accesslog", name="access_log_object_key"),
        migrations.AddIndex(
            model_name="accesslog",
            index=models.Index(
                fields=["object_key", "at", "id"],
                name="access_log_object_key",
                opclasses=["varchar_pattern_ops", "timestamptz_ops", "int8_ops"],
            ),
        ),
    ]
