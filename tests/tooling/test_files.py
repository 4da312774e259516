"""Keys, catalogues and published packages."""

import base64
import os
import stat
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from apps.common.staticfinder import FILES, VendorFinder
from devtools import catalogues, environment, paths, secrets


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "LOCAL", tmp_path / ".local")
    return tmp_path / ".local"


def test_keys_are_made_once_for_their_owner_alone(local: Path) -> None:
    keys = secrets.field_keys()
    assert secrets.field_keys() == keys
    assert stat.S_IMODE((local / "keys.json").stat().st_mode) == 0o600
    assert set(keys["index"]) == {"citizen", "disability", "phone", "bank"}
    rings = [keys["seal"], *keys["index"].values()]
    values = [ring["keys"][ring["active"]] for ring in rings]
    assert len(set(values)) == 5
    assert {len(base64.b64decode(value)) for value in values} == {32}


def test_passwords_differ(local: Path) -> None:
    words = secrets.passwords()
    assert sorted(words) == ["app", "owner", "public", "secret_key", "superuser", "valkey"]
    assert len(set(words.values())) == 6
    assert secrets.passwords() == words


def catalogue(folder: Path, **texts: str) -> Path:
    path = folder / "locale/en/LC_MESSAGES/django.po"
    path.parent.mkdir(parents=True)
    file = polib.POFile()
    file.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    file.extend(polib.POEntry(msgid=msgid, msgstr=msgstr) for msgid, msgstr in texts.items())
    file.save(str(path))
    return path


def test_untranslated_message_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    catalogue(tmp_path, 贫困户="Poor household", 村="")
    assert catalogues.complaints() == ["locale/en/LC_MESSAGES/django.po:8: '村' is not translated"]


def test_placeholder_that_the_source_lacks_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    catalogue(tmp_path, **{"共%(count)s户": "%(number)s households"})
    assert [line.rsplit("' ", 1)[1] for line in catalogues.complaints()] == [
        "has other placeholders than its translation"
    ]


def test_compiled_catalogue_holds_the_translations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    path = catalogue(tmp_path, 村="village")
    catalogues.compile_all()
    assert [(e.msgid, e.msgstr) for e in polib.mofile(str(path.with_suffix(".mo")))] == [("村", "village")]


def test_step_is_repeated_only_when_its_source_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    source, stamp, done = tmp_path / "lock", tmp_path / "stamp", []
    source.write_text("one")
    for _ in range(2):
        environment._once(stamp, [source], lambda: done.append(source.read_text()))
    source.write_text("two")
    environment._once(stamp, [source], lambda: done.append(source.read_text()))
    assert done == ["one", "two"]


@pytest.mark.parametrize("published", FILES.values())
def test_published_file_is_installed(published: str) -> None:
    found = finders.find(f"vendor/{published}")
    assert isinstance(found, str)
    assert Path(found).is_relative_to(settings.BASE_DIR / "node_modules")


def test_collected_files_keep_the_address_under_which_pages_ask_for_them() -> None:
    vendor = next(f for f in finders.get_finders() if isinstance(f, VendorFinder))
    collected = {
        os.path.join(getattr(storage, "prefix", None) or "", path): storage.exists(path)
        for path, storage in vendor.list([])
    }
    assert collected == {f"vendor/{published}": True for published in FILES.values()}


def test_nothing_else_of_the_packages_is_published() -> None:
    assert finders.find("vendor/package.json") is None
    assert finders.find("vendor/../package.json") is None
