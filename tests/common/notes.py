"""Two small models of the tests, in a registry of their own, and the temporary tables they live in."""

from django.db import connection, models
from django.test.utils import isolate_apps

from apps.common.fields import BlindIndexField, CodeArrayField, CodeField, SealedField, code_constraint
from apps.common.models import Versioned

with isolate_apps("apps.common"):

    class Note(Versioned):
        """A person's numbers and codes."""

        title = models.CharField(max_length=50, default="")
        id_no = SealedField("证件号码", kind="citizen", null=True, blank=True)
        id_no_index = BlindIndexField(source="id_no", kind="citizen", unique=True)
        bank = SealedField(kind="bank", null=True, blank=True)
        ethnicity = CodeField("ethnicity", null=True, blank=True)
        health = CodeArrayField("health", blank=True)

        class Meta:
            app_label = "common"
            db_table = "test_note"
            constraints = [
                code_constraint("ethnicity", "ethnicity"),
                code_constraint("health", "health", array=True),
            ]

        def __str__(self) -> str:
            return self.title

    class Row(models.Model):
        """A row of another department: the index alone."""

        number = BlindIndexField(kind="citizen")

        class Meta:
            app_label = "common"
            db_table = "test_row"

        def __str__(self) -> str:
            return str(self.pk)


def make_tables(*chosen: type[models.Model]) -> None:
    """Temporary tables for these models, as Django would make them; they go with the transaction of the test."""
    with connection.schema_editor(collect_sql=True) as editor:
        for model in chosen:
            editor.create_model(model)
    with connection.cursor() as cursor:
        for statement in editor.collected_sql:
            cursor.execute(statement.replace("CREATE TABLE", "CREATE TEMPORARY TABLE"))
