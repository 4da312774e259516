from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("problems", "0003_due_order")]

    operations = [
        migrations.AlterField("problemphoto", "at", models.DateTimeField(verbose_name="上传时间")),
    ]
