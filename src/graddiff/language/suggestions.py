"""Names that a user may have meant."""

from __future__ import annotations

from collections.abc import Iterable


def suggest_name(name: str, candidates: Iterable[str]) -> str:
    """Returns the hint `did you mean sin?`, or an empty text where no candidate is similar."""
    from difflib import get_close_matches  # only after a mistake, because it imports much

    by_folded_name = {candidate.lower(): candidate for candidate in candidates}
    close = get_close_matches(name.lower(), by_folded_name, n=1, cutoff=0.6)
    return f"did you mean {by_folded_name[close[0]]}?" if close else ""
