"""What the gateway decides, as pure functions from (record, event, now) to a Decision (DESIGN §2)."""

__all__ = ["decision", "mo", "mt", "registration"]
