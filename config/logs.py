"""Log lines as JSON objects: one line each, whatever a user typed into a field that is logged."""

import json
import logging
import re

from apps.history import origin

# What the database quotes of a row or a statement, to the end of the exception that says it.
QUOTED = re.compile(r"\n(?:DETAIL|LINE \d+):.*?(?=\n\n(?:The above exception|During handling)|\Z)", re.DOTALL)


def unquoted(text: str) -> str:
    """A message or a traceback without the values that the database quotes: the log is read by those who run the
    system, and they read nothing of what people wrote."""
    return QUOTED.sub("", text)


class RequestFilter(logging.Filter):
    """Adds the id of the request or task to every record; `-` outside of one."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = origin.current().request_id or "-"
        return True


class PlainFormatter(logging.Formatter):
    """One record as people read it while they develop."""

    def format(self, record: logging.LogRecord) -> str:
        return unquoted(super().format(record))


class JSONFormatter(logging.Formatter):
    """One JSON object per record; a line break in a message is escaped and cannot start a forged line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "request": getattr(record, "request_id", "-"),
            "message": unquoted(record.getMessage()),
        }
        if record.exc_info:
            line["exception"] = unquoted(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)
