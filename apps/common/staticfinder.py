"""Publishes chosen files of the npm packages under `vendor/`.

An explicit list: the packages hold thousands of files, and what a page does not use need not be served. Source maps are
in it because Django's manifest storage follows their addresses in the files that name them.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

# File under node_modules -> address under static/vendor/.
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "echarts/dist/echarts.min.js": "echarts.min.js",
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/css/tabler.min.css.map": "tabler.min.css.map",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "@tabler/core/dist/js/tabler.min.js.map": "tabler.min.js.map",
}


class _Storage(FileSystemStorage):
    """Reads `vendor/NAME` from where the package keeps it."""

    def path(self, name: str) -> str:
        address = Path(name).as_posix().removeprefix("vendor/")
        for source, published in FILES.items():
            if published == address:
                return str(Path(self.location) / source)
        raise FileNotFoundError(name)


class VendorFinder(BaseFinder):
    """Staticfiles finder for the files in FILES that are installed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = _Storage(location=str(settings.BASE_DIR / "node_modules"))
        super().__init__(*args, **kwargs)

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The file for a static address, as staticfiles asks for it; an empty list when it is not ours."""
        found = [
            self.storage.path(address)
            for address in self._addresses()
            if address == path and Path(self.storage.path(address)).exists()
        ]
        return found if find_all or not found else found[0]

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """Every published file with the storage to read it from."""
        for address in self._addresses():
            yield address, self.storage

    def _addresses(self) -> Iterator[str]:
        return (f"vendor/{published}" for published in FILES.values())
