"""A clean slate at what is somebody else's: after a story nobody is registered there any more."""

from lab.carrier import Carrier
from lab.elements.phone import Phone
from lab.elements.phone_reception import Mode

__all__ = ["leave_nothing_behind"]


async def leave_nothing_behind(carrier: Carrier) -> None:
    """Every phone comes back, registers and leaves, whatever has become of it.

    A gateway of the lab's loses its memory with its files; another one would know those of the next story
    already, so that the HLR need not be told of them.
    """
    if any(carrier.unlinked()):
        return  # it has never begun
    phones = list(carrier.phones.values())
    carrier.hlr.unmute()
    for phone in phones:
        phone.unmute()
        phone.behave(Mode.OBEDIENT)
        phone.register()
    timers = carrier.plan.timers
    within = timers.hlr_answer + timers.settle
    await carrier.ground.waiting.until(lambda: all(_known(carrier, phone) for phone in phones), within)
    await carrier.pause(timers.unseen)  # it may have more to tell the HLR, as that they are present
    for phone in phones:
        phone.deregister()
    await carrier.ground.waiting.until(lambda: not any(_known(carrier, phone) for phone in phones), within)
    await carrier.pause(timers.unseen)


def _known(carrier: Carrier, phone: Phone) -> bool:
    record = carrier.hlr_data.by_imsi.get(phone.subscriber.imsi)
    told = record is not None and carrier.plan.registration != "none"
    return phone.registered and (record is None or not told or record.ip_sm_gw is not None)
