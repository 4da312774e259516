"""Messages as a department's SPDCI system sends them."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.test import Client as Browser

from tests.factories.partners import Department

SYNC, ASYNC, STATUS = "/spdci/registry/sync/search", "/spdci/registry/search", "/spdci/registry/sync/txn/status"
MOMENT = "2026-11-22T08:00:00+08:00"
PURPOSE = {"authorize": {"purpose": {"text": "低保核对"}}}


def by_number(number: str, reference: str = "r1", **criteria: Any) -> dict[str, Any]:
    """One search by ID number; keywords change its criteria (None takes one away)."""
    found = {"query_type": "idtype-value", "query": {"type": "UIN", "value": number}, **PURPOSE, **criteria}
    wanted = {name: value for name, value in found.items() if value is not None}
    return {"reference_id": reference, "timestamp": MOMENT, "search_criteria": wanted}


def message(department: Department, *searches: Any, action: str = "search", **header: Any) -> dict[str, Any]:
    """A whole message with these searches; keywords change its header (None takes one away)."""
    found = {
        "version": "1.0.0",
        "message_id": str(uuid.uuid4()),
        "message_ts": MOMENT,
        "action": action,
        "sender_id": department.client.client_id,
        "receiver_id": "poverty-register",
        "total_count": len(searches),
        **header,
    }
    return {
        "signature": "",
        "header": {name: value for name, value in found.items() if value is not None},
        "message": {"transaction_id": str(uuid.uuid4()), "search_request": list(searches)},
    }


def status_message(department: Department, kind: str, value: Any) -> dict[str, Any]:
    """The question how a transaction stands."""
    asked = {"reference_id": "s1", "txn_type": "search", "attribute_type": kind, "attribute_value": value}
    found = message(department, action="txn-status")
    found["message"] = {"transaction_id": str(uuid.uuid4()), "txnstatus_request": asked}
    return found


def send(token: str, path: str, body: Any, **headers: str) -> Any:
    """POST a message with a token."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    found = {"authorization": f"Bearer {token}", **headers}
    return Browser().post(path, content, content_type="application/json", headers=found)
