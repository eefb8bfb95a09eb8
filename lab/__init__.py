"""The carrier to try the gateway on: elements, clocks, links, disks, faults, scenarios, laws (DESIGN §10)."""

__all__: list[str] = []
