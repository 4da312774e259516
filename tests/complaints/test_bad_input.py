"""Words that would be a script or a formula elsewhere are words, wherever they are shown or taken out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.test import Client

from apps.complaints.models import Complaint
from tests.complaints.channels import body_of
from tests.complaints.conftest import OWN
from tests.factories.accounts import sign_in
from tests.factories.complaints import COUNTY, complain, go

SCRIPT, ESCAPED = '<script>alert("1")</script>', "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"
FORMULA = '=HYPERLINK("//x","y")'


def test_scripts_and_formulas_are_text(desks: SimpleNamespace) -> None:
    found: Complaint = complain(desks.county, COUNTY, OWN, text=SCRIPT, name=SCRIPT, contact=FORMULA)
    found = go(found, desks.county, "lead", leader=FORMULA, leader_post=SCRIPT)
    found = go(found, desks.county, "register", "transfer", document_no=FORMULA, note=SCRIPT)
    found = go(found, desks.county, "return_result", "answer", findings=SCRIPT, answer=SCRIPT, note=SCRIPT)
    client = sign_in(Client(), desks.county)
    page, columns = f"/complaints/{found.pk}/", "columns=number,leader,leader_post,document_no"
    for address in (page, f"{page}answer/", f"/complaints/?{columns}", f"/complaints/print/?{columns}"):
        answer = client.get(address)
        text = answer.content.decode()
        assert SCRIPT not in text and ESCAPED in text, address
        assert "script-src 'self'" in answer["Content-Security-Policy"]
    author = client.post(f"{page}author/", {"reason": "核实"}).content.decode()
    assert SCRIPT not in author and ESCAPED in author
    told = client.get(f"/api/v1{page}")
    assert told["Content-Type"] == "application/json" and told["X-Content-Type-Options"] == "nosniff"
    assert told.json()["text"] == SCRIPT and told.json()["document_no"] == FORMULA
    # In a workbook they are neither a formula nor one once it is saved as CSV.
    book = body_of(client.post(f"/complaints/export/?{columns}"))
    assert "<f>" not in book and "&lt;script&gt;" in book
    assert book.count("'=HYPERLINK(") == book.count("=HYPERLINK(") == 2


def test_two_gigabytes_are_refused_at_every_address_that_takes_a_scan(desks: SimpleNamespace) -> None:
    """The body is not there: whoever began to read it would answer something else."""
    found = complain(desks.county, COUNTY, OWN)
    sent: dict[str, Any] = {"CONTENT_LENGTH": str(2 << 30), "CONTENT_TYPE": "multipart/form-data; boundary=b"}
    for address in (f"/complaints/{found.pk}/photos/", f"/api/v1/complaints/{found.pk}/photos/"):
        answer = sign_in(Client(), desks.county).generic("POST", address, **sent)
        assert answer.status_code == 413 and "12 MB" in answer.content.decode(), address
