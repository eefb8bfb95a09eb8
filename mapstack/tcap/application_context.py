"""An application context with its dialogue portions, encoded once (Q.771 §3.1.2.3, TS 29.002 §17.3.3)."""

from mapstack.tcap.dialogue_portion import Aare, AssociateResult, UserDiagnostic, encode_aare, encode_aarq

__all__ = ["ApplicationContext"]


class ApplicationContext:
    """`request` is the AARQ that asks for it, `accept` the AARE that grants it; version 1 has neither."""

    __slots__ = ("accept", "name", "oid", "request")

    def __init__(self, name: str, oid: tuple[int, ...]) -> None:
        self.name = name
        self.oid = oid
        # TS 29.002 §5.2: a dialogue of version 1 has no dialogue portion.
        spoken = oid[-1] > 1
        accepted = Aare(oid, AssociateResult.ACCEPTED, UserDiagnostic.NULL)
        self.request = encode_aarq(oid) if spoken else b""
        self.accept = encode_aare(accepted) if spoken else b""

    @property
    def family(self) -> tuple[int, ...]:
        """The name without its version."""
        return self.oid[:-1]

    def __repr__(self) -> str:
        return f"<{self.name}>"
