"""What all elements of the carrier have: a Driver of their own, which the lab watches and closes."""

from lab.elements.site import Site

__all__ = ["Element"]


class Element:
    """One life of an element."""

    def __init__(self, site: Site) -> None:
        self.driver = site.driver()

    @property
    def bugs(self) -> int:
        return self.driver.bugs

    def close(self) -> None:
        self.driver.close()
