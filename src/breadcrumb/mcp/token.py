"""The token of a server that is reached over HTTP."""

from __future__ import annotations

import hmac

from fastmcp.server.auth import AccessToken, TokenVerifier


class OneToken(TokenVerifier):
    """Lets in whoever knows the one token."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token.encode()

    async def verify_token(self, token: str) -> AccessToken | None:
        """Compare in the same time whatever is shown."""
        known = hmac.compare_digest(token.encode(errors="replace"), self._token)
        return AccessToken(token=token, client_id="agent", scopes=[]) if known else None
