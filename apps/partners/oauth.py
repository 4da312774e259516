"""django-oauth-toolkit, narrowed to what departments need: client credentials in the body, nothing else."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from oauth2_provider.models import get_access_token_model
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes

from apps.partners.choices import SCOPES


class ClientScopes(BaseScopes):
    """A client's own scopes are those it may ask for, and those it gets when it names none."""

    def get_all_scopes(self) -> dict[str, str]:
        return {name: str(scope.label) for name, scope in SCOPES.items()}

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return [name for name in application.scopes if name in SCOPES] if application is not None else []

    def get_default_scopes(self, application: Any = None, *args: Any, **kwargs: Any) -> list[str]:
        return self.get_available_scopes(application)


class ClientValidator(OAuth2Validator):
    """Secrets are read from the body only; a token belongs to the client's account; making one removes old ones."""

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        return self._authenticate_request_body(request)

    def _create_access_token(self, expires: Any, request: Any, token: Any, source_refresh_token: Any = None) -> Any:
        client = request.client
        get_access_token_model().objects.filter(application=client, expires__lt=timezone.now()).delete()
        # The row is opened by the account that it belongs to (row-level security).
        request.user = client.user
        return super()._create_access_token(expires, request, token, source_refresh_token)
