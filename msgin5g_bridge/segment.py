"""The segment of a message that is longer than a segment may be (TS 23.554 clause 8.5; type of TS 29.538)."""

from msgin5g_bridge.model import ABSENT, Absent, Body

__all__ = ["MessageSegmentParameters"]


class MessageSegmentParameters(Body, kw_only=True):
    """Set and number are in every segment, the total in the first only, the last flag in the last only."""

    seg_id: str | Absent = ABSENT
    total_seg_count: int | Absent = ABSENT
    seg_numb: int | Absent = ABSENT
    last_seg_flag: bool | Absent = ABSENT
