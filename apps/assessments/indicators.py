"""What every indicator is, whoever is assessed by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.assessments.choices import Source


@dataclass(frozen=True)
class Entry:
    """An indicator: `words` is its formula as people read it, `opens` what a computed value can be opened to. All three
    texts are translated when shown."""

    code: str
    label: Any
    words: Any
    source: Source
    weight: int
    opens: Any = ""
