"""The laws of the carrier: they hold after every scenario, with any seed, whatever goes wrong (DESIGN §10).

Law 7, same seed, same trace, takes two runs: `Verdict.digest` is what they must have in common.
Of a gateway that is somebody else's, journal, disk and tables are unknown: law 8 is left out then, and so are
those parts of laws 3, 5 and 6.
"""

from collections.abc import Callable, Iterator

from lab.carrier import Carrier
from lab.laws.answers import one_answer
from lab.laws.charging import one_record
from lab.laws.evidence import Evidence
from lab.laws.msgin5g import true_ends
from lab.laws.once import once
from lab.laws.order import nothing_open, nothing_raised
from lab.laws.reports import one_report
from lab.laws.yes import no_empty_yes

__all__ = ["LAWS", "judge"]

Law = Callable[[Evidence], Iterator[str]]

LAWS: dict[int, Law] = {
    1: one_report,
    2: one_answer,
    3: no_empty_yes,
    4: once,
    5: nothing_open,
    6: nothing_raised,
    8: one_record,
    9: true_ends,
}
"""By their number in DESIGN §10."""
_TIMELESS = (5, 6)
"""What can be judged where the ledgers of an element have times of a clock that is wrong."""


def judge(carrier: Carrier) -> list[str]:
    """What is broken, each sentence with the number of the law; to be asked when everything has settled."""
    evidence = Evidence(carrier)
    laws = _TIMELESS if carrier.meddling.wrong_clocks else LAWS
    return [f"law {number}: {sentence}" for number in laws for sentence in LAWS[number](evidence)]
