"""How long the invoker of an operation waits, in seconds (TS 29.002 §17.1.2)."""

__all__ = ["ML", "MT", "M", "S"]

S = 10.0
"""3 to 10 s."""
M = 30.0
"""15 to 30 s."""
ML = 60.0
"""1 to 10 min."""
MT = 3 * ML
"""Within ml; a gateway may try one domain after the other, each with its own timer."""
