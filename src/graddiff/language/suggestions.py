"""Names that somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable


def suggest_name(name: str, candidates: Iterable[str]) -> str:
    """`did you mean sin?` where a known name is close, or nothing."""
    from difflib import get_close_matches  # only for somebody who made a mistake

    folded = {candidate.lower(): candidate for candidate in candidates}
    close = get_close_matches(name.lower(), folded, n=1, cutoff=0.6)
    return f"did you mean {folded[close[0]]}?" if close else ""
