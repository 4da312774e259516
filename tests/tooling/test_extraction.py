"""Messages are found wherever the sources mark them, and catalogues keep their translations."""

from pathlib import Path

import polib
import pytest

from devtools import extraction
from devtools.extraction import Message


def test_messages_in_python() -> None:
    source = """
name = _("村")
label = gettext_lazy("两行"
                     "合一")
count = ngettext("%(n)s户", "%(n)s户们", n) % {"n": n}
month = pgettext_lazy("时间", "月")
other = lookup("不是")
given = _(variable)
"""
    assert list(extraction.in_python(source)) == [
        Message("村"),
        Message("两行合一"),
        Message("%(n)s户", "%(n)s户们"),
        Message("月", context="时间"),
    ]


def test_messages_in_templates() -> None:
    source = (
        "{% load i18n %}{% translate '村' %} {% translate \"月\" context '时间' as month %} {{ _('户') }}"
        "{% blocktranslate count n=rows|length trimmed %}\n  共 {{ n }} 户\n{% plural %}\n  共 {{ n }} 户们\n"
        "{% endblocktranslate %}{# {% translate '注释' %} #}"
    )
    assert list(extraction.in_template(source)) == [
        Message("村"),
        Message("月", context="时间"),
        Message("户"),
        Message("共 %(n)s 户", "共 %(n)s 户们"),
    ]


def test_every_place_that_uses_a_message_is_named(project: Path) -> None:
    assert extraction.messages() == {
        Message("村"): ["apps/a/models.py", "templates/a.html"],
        Message("共%(n)s户"): ["apps/a/models.py"],
    }


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(extraction, "ROOT", tmp_path)
    (tmp_path / "apps/a").mkdir(parents=True)
    (tmp_path / "templates").mkdir()
    (tmp_path / "apps/a/models.py").write_text('x = [_("村"), _("共%(n)s户")]\n')
    (tmp_path / "templates/a.html").write_text("{% load i18n %}{% translate '村' %}")
    return tmp_path


def test_translation_stays_and_what_no_source_has_goes(project: Path) -> None:
    assert extraction.update("en") == 2
    path = extraction.catalogue("en")
    file = polib.pofile(str(path))
    for entry in file:
        entry.msgstr = {"村": "village", "共%(n)s户": "%(n)s households"}[entry.msgid]
    file.append(polib.POEntry(msgid="旧", msgstr="old"))
    file.save()
    assert extraction.missing("en") == ["'旧' is in the catalogue, but in no source"]
    assert extraction.update("en") == 0
    assert [(e.msgid, e.msgstr, e.flags) for e in polib.pofile(str(path))] == [
        ("村", "village", []),
        ("共%(n)s户", "%(n)s households", ["python-format"]),
    ]
    assert extraction.missing("en") == []


def test_updating_twice_writes_the_same_file(project: Path) -> None:
    extraction.update("en")
    first = extraction.catalogue("en").read_bytes()
    extraction.update("en")
    assert extraction.catalogue("en").read_bytes() == first


def test_new_message_is_reported(project: Path) -> None:
    extraction.update("en")
    (project / "templates/a.html").write_text("{% load i18n %}{% translate '村' %}{% translate '新' %}")
    assert extraction.missing("en") == ["templates/a.html: '新' is not in the catalogue"]
