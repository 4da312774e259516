"""The accounts of the demonstration: one for each level and role, one password for all of them."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from apps.access import scope as scopes
from apps.accounts.models import User
from apps.accounts.services import SET_UP, appoint
from apps.divisions import codes


@dataclass(frozen=True, slots=True)
class Account:
    """A demonstration account: name to sign in with, name for people, role and where it is held."""

    username: str
    name: str
    role: str
    division: int


ACCOUNTS = (
    Account("region", "乌兰图雅", "region_officer", codes.WHOLE_REGION),
    Account("league-1504", "王建国", "league_officer", 150400000000),
    Account("league-1505", "包志强", "league_officer", 150500000000),
    Account("inspector-1504", "巴特尔", "inspector", 150400000000),
    Account("county-150422", "李春梅", "county_officer", 150422000000),
    Account("county-150423", "宝音达来", "county_officer", 150423000000),
    Account("county-150522", "韩海龙", "county_officer", 150522000000),
    Account("township-150422100", "张晓峰", "township_officer", 150422100000),
    Account("township-150422101", "刘敏", "township_officer", 150422101000),
    Account("village-150422100200", "苏日娜", "village_officer", 150422100200),
    Account("village-150422100201", "赵永福", "village_officer", 150422100201),
    # Four different people of one county handle its money; the region has two beside its officer.
    Account("head-region", "额尔德尼", "region_head", codes.WHOLE_REGION),
    Account("finance-region", "周丽华", "finance_user", codes.WHOLE_REGION),
    Account("payer-region", "高文斌", "finance_user", codes.WHOLE_REGION),
    Account("head-150422", "那顺", "county_head", 150422000000),
    Account("finance-150422", "孙玉梅", "finance_user", 150422000000),
    Account("payer-150422", "徐国强", "finance_user", 150422000000),
    Account("inspector-region", "孟和", "inspector", codes.WHOLE_REGION),
    Account("inspector-1505", "白音那", "inspector", 150500000000),
    Account("helper-1", "陈立新", "helper", 150422000000),
    Account("helper-2", "斯琴高娃", "helper", 150522000000),
    Account("sysadmin", "系统管理员", "system_administrator", codes.WHOLE_REGION),
    Account("secadmin", "安全管理员", "security_administrator", codes.WHOLE_REGION),
    Account("auditor", "审计管理员", "audit_administrator", codes.WHOLE_REGION),
)


def create_accounts(password: str) -> dict[str, User]:
    """Make the accounts with their posts; nobody has to change the password. In the caller's transaction."""
    made = {}
    # Hashed once: on purpose that takes a good part of a second, and the password is the same for all.
    hashed, now = make_password(password), timezone.now()
    with scopes.activate(SET_UP):
        for account in ACCOUNTS:
            user = User.objects.create(
                username=account.username,
                division_id=account.division,
                password=hashed,
                password_changed_at=now,
                name=account.name,
                must_change_password=False,
            )
            appoint(user, role=account.role, division=account.division, by=None, reason="演示数据")
            made[account.username] = user
    return made


def new_password() -> str:
    """A password of this installation's own, for people to type: 80 bits in letters and digits."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4))


def description(scale: int, password: str, url: str, clients: list[dict[str, Any]]) -> dict[str, Any]:
    """The content of `.local/demo.json`."""
    return {
        "url": url,
        "api": f"{url}api/v1/",
        "scale": scale,
        "password": password,
        "accounts": [
            {
                "username": account.username,
                "role": account.role,
                "level": codes.level(account.division),
                "division": codes.text(account.division),
            }
            for account in ACCOUNTS
        ],
        "clients": clients,
    }


def write_private(path: Path, content: Any) -> None:
    """Write JSON that only the owner of the checkout may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
        file.write("\n")
    draft.replace(path)
