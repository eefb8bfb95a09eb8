"""The timers of a carrier: the real ones, and those of the wire, where every second is one of ours."""

from dataclasses import dataclass

__all__ = ["PACED", "PlanTimers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTimers:
    """Seconds. The defaults are the real ones: virtual time costs nothing."""

    t1: float = 0.5
    t2: float = 4.0
    t4: float = 5.0
    """SIP: RFC 3261 table 4; timer F is 64 × T1."""
    expires: int = 600
    """What a phone asks for in REGISTER; it refreshes at half of it (TS 24.229 §5.1.1.4.1)."""
    grace: int = 120
    """What the S-CSCF adds to it when it tells the application server."""
    tr1m: float = 35.0
    """How long a phone waits for the report of an MO: 35 to 45 s (TS 24.011 §10)."""
    tram: float = 30.0
    """How long until it says again that it has room: 25 to 35 s (TS 24.011 §10)."""
    report_retry: float = 1.0
    """First interval between attempts of a delivery report; it doubles."""
    mo_answer: float = 30.0
    mt_report: float = 25.0
    hlr_answer: float = 15.0
    hlr_retry: float = 30.0
    """The gateway's; what they mean stands in its settings."""
    correlation: float = 600.0
    """How long an MT Correlation ID of the gateway's is valid."""
    map_answer: float = 15.0
    """How long the SM-SC waits for the HLR, and the HLR for the SM-SC: a medium timer (TS 29.002 §17.1.2)."""
    tc1: float = 5.0
    """TC1*: after how long a CP-DATA is repeated, twice at most (TS 24.011 §5.3.2.1, §10)."""
    tr1n: float = 30.0
    """How long MSC and SGSN wait for the phone's report (TS 24.011 §10)."""
    register_retry: float = 30.0
    """How long it waits until it registers once more: 30 s at first (TS 24.229 §5.1.1.2.1, RFC 5626 §4.5)."""
    attach_retry: float = 15.0
    """How long a phone waits until it tries once more to attach: T3210, T3310 (TS 24.008 §11.2)."""
    mt_answer: float = 90.0
    """How long the SMS-GMSC waits for an mt-ForwardSM: a long timer."""
    dialogue_idle: float = 60.0
    """How long it may leave a dialogue open until its next message."""
    sc_retries: tuple[float, ...] = (60.0, 300.0, 900.0, 3600.0, 10800.0)
    """After each temporary failure the SC waits this long, unless it is alerted before."""
    validity: float = 86400.0
    """How long the SC keeps a message whose sender asked for nothing else."""
    alert_retry: float = 60.0
    alert_attempts: int = 5
    """How the HLR repeats an alert that was not answered."""
    smpp_init: float = 30.0
    smpp_enquire: float = 30.0
    smpp_answer: float = 10.0
    """SMPP v3.4 §7.2: until the bind, of a silence, and of an answer."""
    coap_ack: float = 2.0
    """ACK_TIMEOUT, on the wire (RFC 7252 §4.8)."""
    start: float = 30.0
    """How long until all associations are active."""
    busy: float = 120.0
    """How long the mixed story goes on."""
    settle: float = 10.0
    """How long a step of a story may take that waits for nothing but the network."""
    unseen: float = 1.0
    """How long a story gives an element that is not the lab's for what nobody sees it do."""

    @property
    def reconnect(self) -> float:
        """Longest wait between attempts to connect: whoever was there long before is in time."""
        return self.start / 10


PACED = PlanTimers(
    t1=0.1,
    t2=0.4,
    t4=0.5,
    expires=60,
    grace=10,
    tr1m=4.0,
    tram=1.0,
    report_retry=0.2,
    mo_answer=3.0,
    mt_report=1.5,
    hlr_answer=1.5,
    hlr_retry=1.0,
    correlation=3.0,
    map_answer=1.5,
    tc1=0.3,
    tr1n=2.0,
    register_retry=2.0,
    attach_retry=1.0,
    mt_answer=10.0,
    dialogue_idle=6.0,
    sc_retries=(1.0, 2.0, 4.0, 8.0),
    validity=60.0,
    alert_retry=1.0,
    smpp_init=3.0,
    smpp_enquire=5.0,
    smpp_answer=2.0,
    coap_ack=0.25,
    start=10.0,
    busy=4.0,
    settle=5.0,
    unseen=0.3,
)
"""For the wire, where every second of a story is one of ours."""
