"""Putting texts together with the marks of the reader's language: 、；：（） in Chinese, their like in any other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext


def listed(texts: Iterable[Any]) -> str:
    """One after the other, as words of a list."""
    return gettext("、").join(map(str, texts))


def clauses(texts: Iterable[Any]) -> str:
    """One after the other, as parts of a sentence."""
    return gettext("；").join(map(str, texts))


def labelled(label: Any, text: Any) -> str:
    """A text after its label."""
    return gettext("%(label)s：%(text)s") % {"label": label, "text": text}


def noted(text: Any, more: Any) -> str:
    """A text with something in brackets behind it."""
    return gettext("%(text)s（%(more)s）") % {"text": text, "more": more}
