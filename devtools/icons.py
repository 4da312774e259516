"""Writes static/img/icons.svg, the sprite of the icons we use, from the npm package @tabler/icons (MIT).

Run by hand after a change of the list: `.venv/bin/python -m devtools.icons`. The sprite is part of the sources, so that
neither a browser nor a build needs five thousand icons.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from devtools.paths import ROOT

# Name in templates -> name in the package, where they differ.
ICONS = {
    "desk": "layout-dashboard", "household": "home", "person": "users", "village": "building-community",
    "division": "sitemap", "finding": "alert-triangle", "rule": "checklist", "import": "file-import",
    "export": "file-spreadsheet", "account": "user-circle", "post": "id-badge-2", "audit": "shield-lock",
    "settings": "settings", "help": "heart-handshake", "fund": "coin", "visit": "notes", "task": "clipboard-check",
    "data": "database", "document": "file-text", "menu": "menu-2", "search": "search", "bell": "bell",
    "language": "language", "moon": "moon", "sun": "sun", "type": "text-size", "sign-out": "logout", "key": "key",
    "place": "map-pin", "map": "map-2", "chart": "chart-bar", "list": "list-details", "down": "chevron-down",
    "right": "chevron-right", "left": "chevron-left", "up-small": "arrow-up", "down-small": "arrow-down",
    "close": "x", "add": "plus", "edit": "pencil", "remove": "trash", "filter": "filter", "columns": "columns-3",
    "download": "download", "print": "printer", "history": "history", "eye": "eye", "check": "check",
    "info": "info-circle", "warning": "alert-circle", "lock": "lock", "clock": "clock", "refresh": "refresh",
    "phone": "phone", "calendar": "calendar", "more": "dots", "external": "external-link", "empty": "inbox",
    "sidebar": "layout-sidebar-left-collapse", "up": "chevron-up", "star": "star", "qr": "qrcode",
    "user": "user", "home": "home", "coin": "coin", "shield": "shield-check",
}  # fmt: skip


def sprite(package: Path) -> str:
    """The sprite's text; FileNotFoundError when an icon of the list is not in the package."""
    symbols = []
    for name, source in sorted(ICONS.items()):
        drawing = (package / "icons/outline" / f"{source}.svg").read_text(encoding="utf-8")
        inside = re.search(r"<svg[^>]*>(.*)</svg>", drawing, re.DOTALL)
        assert inside, source
        lines = " ".join(inside[1].split())
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{lines}</symbol>')
    head = '<svg xmlns="http://www.w3.org/2000/svg">\n<!-- From Tabler Icons, MIT licence, Paweł Kuna -->\n'
    return head + "\n".join(symbols) + "\n</svg>\n"


if __name__ == "__main__":
    package = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "node_modules/@tabler/icons"
    target = ROOT / "static/img/icons.svg"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(sprite(package), encoding="utf-8")
    print(f"{target.relative_to(ROOT)}: {len(ICONS)} icons")
