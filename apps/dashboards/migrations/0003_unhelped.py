"""Poor households without a helper are counted by village; whoever writes a pairing marks its village."""

from importlib import import_module

from django.db import migrations, models

marks = import_module("apps.dashboards.migrations.0002_marks")


class Migration(migrations.Migration):
    dependencies = [("dashboards", "0002_marks"), ("access", "0010_pairing_needs_a_cadre")]

    operations = [
        migrations.AddField(
            model_name="tally",
            name="unhelped_households",
            field=models.PositiveIntegerField(default=0, verbose_name="无帮扶责任人的贫困户"),
        ),
        marks.watch("access_pairing"),
        migrations.RunSQL(marks.MARK_ALL, migrations.RunSQL.noop),
    ]
