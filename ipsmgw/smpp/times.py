"""schedule_delivery_time, validity_period and the dates of receipts (SMPP v3.4 §7.1.1, appendix B)."""

import re
from datetime import UTC, datetime, timedelta, timezone

__all__ = ["absolute", "receipt_date", "relative", "seconds_from"]

_FORMAT = re.compile(r"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d)(\d\d)([+\-R])", re.ASCII)
_QUARTER = timedelta(minutes=15)
_MOST_QUARTERS = 48
_RELATIVE = "R"
# §7.1.1.2 counts in years and months of no certain length.
_YEAR, _MONTH, _DAY, _HOUR, _MINUTE = 365 * 86400, 30 * 86400, 86400, 3600, 60


def seconds_from(text: str, now: float) -> float | None:
    """How long after `now`: negative for what is past, None for what is no time."""
    found = _FORMAT.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, tenth, quarters = (int(group) for group in found.groups()[:8])
    if found[9] == _RELATIVE:
        days = year * _YEAR + month * _MONTH + day * _DAY
        return float(days + hour * _HOUR + minute * _MINUTE + second)
    if quarters > _MOST_QUARTERS:
        return None
    zone = timezone(_QUARTER * (quarters if found[9] == "+" else -quarters))
    try:
        when = datetime(2000 + year, month, day, hour, minute, second, tenth * 100_000, tzinfo=zone)
    except ValueError:  # the thirteenth month
        return None
    return when.timestamp() - now


def absolute(when: float) -> str:
    """A moment, in UTC."""
    return datetime.fromtimestamp(when, UTC).strftime("%y%m%d%H%M%S000+")


def relative(seconds: int) -> str:
    """A period of less than a month of 30 days."""
    days, rest = divmod(seconds, _DAY)
    if not 0 <= days < _MONTH // _DAY:
        raise ValueError(f"{seconds} s is not a period of less than 30 days")
    return f"0000{days:02}{rest // _HOUR:02}{rest % _HOUR // _MINUTE:02}{rest % _MINUTE:02}000R"


def receipt_date(when: float) -> str:
    """As appendix B writes it: to the minute."""
    return datetime.fromtimestamp(when, UTC).strftime("%y%m%d%H%M")
