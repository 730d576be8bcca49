"""Pure: moments as a person says them."""

from datetime import datetime


def when(updated: float, now: float) -> str:
    """ "14:02", "yesterday", "Monday", "3 November", "3 November 2025"; seconds since 1970."""
    then, today = datetime.fromtimestamp(updated), datetime.fromtimestamp(now)  # noqa: DTZ006
    days = (today.date() - then.date()).days
    if days <= 0:
        return f"{then:%H:%M}"
    if days == 1:
        return "yesterday"
    if days < 7:
        return f"{then:%A}"
    year = "" if then.year == today.year else f" {then.year}"
    return f"{then.day} {then:%B}{year}"
