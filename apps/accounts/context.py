"""What every page of the shell shows of the account itself."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from apps.accounts import notices
from apps.accounts.models import Post
from apps.common.prepared import Given, Prepared
from apps.common.wording import listed

_POSTS = Prepared(
    lambda: Post.objects.valid(Given("now")).filter(user_id=Given("user")).select_related("role", "division")[:3]
)


def post_label(user: Any) -> str:
    """The posts an account holds now: role and place, for the top bar."""
    posts = _POSTS.rows(user=user.pk, now=timezone.now())
    return listed(f"{post.division} {post.role_label}" for post in posts)


def account(request: HttpRequest) -> dict[str, Any]:
    """Context processor: posts and the number of unread notices, asked for by the pages that show them."""
    return {
        "post_label": SimpleLazyObject(lambda: post_label(request.user)),
        "unread_notices": SimpleLazyObject(lambda: notices.unread(request.user)),  # type: ignore[arg-type]
    }
