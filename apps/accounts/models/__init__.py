"""Accounts, what opens them, and the posts that decide what they may do."""

from apps.accounts.models.factors import KeyChallenge, LiveSession, RecoveryCode, SecondFactor, SecurityKey
from apps.accounts.models.notices import Notice
from apps.accounts.models.posts import Post, PostQuerySet
from apps.accounts.models.resets import Reset
from apps.accounts.models.users import USERNAME, PasswordRecord, User, UserManager, UserQuerySet

__all__ = [
    "USERNAME",
    "KeyChallenge",
    "LiveSession",
    "Notice",
    "PasswordRecord",
    "Post",
    "PostQuerySet",
    "RecoveryCode",
    "Reset",
    "SecondFactor",
    "SecurityKey",
    "User",
    "UserManager",
    "UserQuerySet",
]
