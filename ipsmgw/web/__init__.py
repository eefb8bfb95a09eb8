"""The local JSON API of a gateway; the lab mounts it and adds its own routes (DESIGN §10)."""

from ipsmgw.web.api import Served, listen, routes

__all__ = ["Served", "listen", "routes"]
