"""Why a message went where it went, derived on demand from its record and the PDUs that are still known."""

from ipsmgw.explain.evidence import collect
from ipsmgw.explain.explanation import Explanation, Found
from ipsmgw.explain.story import Case, explain

__all__ = ["Case", "Explanation", "Found", "collect", "explain"]
