"""One file for each layer: from octets to a tree, with what the layer carries."""

__all__: list[str] = []
