"""The lab's page and its API: the gateway's, widened by phones, network, scenarios and load (DESIGN §10)."""

from lab.web.routes import LabFace
from lab.web.sending import picture, send

__all__ = ["LabFace", "picture", "send"]
