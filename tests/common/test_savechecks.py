from collections.abc import Iterator

import pytest

from apps.common import savechecks
from apps.common.savechecks import Result


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(savechecks, "_checks", [])


def test_checks_run_in_their_order_and_once() -> None:
    @savechecks.register
    def first(household: str) -> Iterator[Result]:
        yield Result("HH-01", household)

    @savechecks.register
    def second(household: str) -> list[Result]:
        return [Result("HH-02", household, evidence={"heads": 2}), Result("ID-08", household, field="health")]

    savechecks.register(first)
    assert [result.rule for result in savechecks.run("h")] == ["HH-01", "HH-02", "ID-08"]
    assert savechecks.run("h")[0] == Result("HH-01", "h")
    savechecks.unregister(first)
    savechecks.unregister(first)
    assert [result.rule for result in savechecks.run("h")] == ["HH-02", "ID-08"]


def test_nothing_registered_finds_nothing() -> None:
    assert savechecks.run("h") == []
