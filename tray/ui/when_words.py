"""Pure: moments as a person says them."""

from datetime import datetime

# strftime has them in the desktop's language as soon as GTK is loaded, Paddock's other words not.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def when(updated: float, now: float) -> str:
    """ "14:02", "yesterday", "Monday", "3 November", "3 November 2025"; seconds since 1970."""
    then, today = datetime.fromtimestamp(updated), datetime.fromtimestamp(now)  # noqa: DTZ006
    days = (today.date() - then.date()).days
    if days <= 0:
        return f"{then:%H:%M}"
    if days == 1:
        return "yesterday"
    if days < 7:
        return _DAYS[then.weekday()]
    year = "" if then.year == today.year else f" {then.year}"
    return f"{then.day} {_MONTHS[then.month - 1]}{year}"
