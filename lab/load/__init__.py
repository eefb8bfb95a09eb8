"""`ipsmgw-lab load`: open-loop load on a gateway, with an account of every message (DESIGN §10)."""

__all__: list[str] = []
