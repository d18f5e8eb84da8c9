"""What a snapshot says of itself: who asked for it, tags, and fields of their own."""

from __future__ import annotations

from typing import Any

import msgspec

from mud.core.errors import Invalid
from mud.snapshot.envelope import Metadata, Reason


def labelled(reason: Reason, request: dict[str, Any], expires_at: float | None = None) -> Metadata:
    """The metadata that a request asks for (S1.3). Raises Invalid when it is malformed."""
    try:
        return Metadata(
            reason=reason,
            created_by=msgspec.convert(request.get("by", ""), str),
            tags=msgspec.convert(request.get("tags", []), tuple[str, ...]),
            expires_at=expires_at,
            custom=msgspec.convert(request.get("custom", {}), dict[str, str]),
        )
    except msgspec.ValidationError as error:
        raise Invalid(f"tags are words and custom fields are texts: {error}") from error
