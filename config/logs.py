"""Log lines as JSON objects: one line each, whatever a user typed into a field that is logged."""

import json
import logging

from apps.history import origin


class RequestFilter(logging.Filter):
    """Adds the id of the request or task to every record; `-` outside of one."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = origin.current().request_id or "-"
        return True


class JSONFormatter(logging.Formatter):
    """One JSON object per record; a line break in a message is escaped and cannot start a forged line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "request": getattr(record, "request_id", "-"),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
