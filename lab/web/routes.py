"""All that the running lab answers: the gateway's part, and its own (DESIGN §10)."""

from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from ipsmgw.web import App, WebSection, face
from lab.carrier import Carrier
from lab.web.device_routes import device_routes
from lab.web.fault_routes import fault_routes
from lab.web.load_routes import load_routes
from lab.web.loads import Loads
from lab.web.phone_routes import phone_routes
from lab.web.run_routes import run_routes
from lab.web.runs import Runs
from lab.web.sending import send_route
from lab.web.source import source
from lab.web.state_routes import state_routes
from lab.web.traffic import Traffic
from lab.web.views import views

__all__ = ["LabFace"]


class LabFace:
    """`app` is for `Served`; texts are shown, for nobody has written them but those who play."""

    def __init__(self, carrier: Carrier) -> None:
        self._folder = TemporaryDirectory(prefix="ipsmgw-runs-")
        self.runs = Runs(Path(self._folder.name))
        self.loads = Loads()
        traffic = Traffic()
        more = [
            send_route(carrier),
            *phone_routes(carrier),
            *device_routes(carrier),
            *state_routes(carrier, traffic),
            *fault_routes(carrier),
            *run_routes(self.runs),
            *load_routes(self.loads),
        ]
        told = source(carrier, views(carrier, traffic, self.runs, self.loads))
        folders = {"/lab": files("lab.web") / "page"}
        self.app: App = face(told, WebSection(contents=True), more, folders)

    async def close(self) -> None:
        """What is played or offered ends at once."""
        await self.runs.close()
        await self.loads.close()
        self._folder.cleanup()
