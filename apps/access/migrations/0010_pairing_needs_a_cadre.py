import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0009_cadres_of_pairings")]

    operations = [
        migrations.AlterField(
            model_name="pairing",
            name="cadre",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pairings",
                to="cadres.cadre",
                verbose_name="帮扶责任人",
            ),
        ),
        migrations.AlterField(
            model_name="pairingevent",
            name="cadre",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="cadres.cadre",
                verbose_name="帮扶责任人",
            ),
        ),
    ]
