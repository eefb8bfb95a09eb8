"""The S-CSCF's registrar decides as TS 24.229 §5.4.1 and RFC 3261 §10.3 say."""

from ipsmgw.identity import Impu
from lab.elements.registrar import Asked, Change, Registrar, Registrations
from lab.plan import PHONES, Plan

PLAN = Plan()
ALICE = PLAN.impu(PHONES[0])
NOW = 1_000_000.0


def registrar(data: Registrations | None = None) -> Registrar:
    return Registrar(data or Registrations(), {PLAN.impu(one): one for one in PHONES})


def asked(
    expires: int = 600, *, cseq: int = 1, device: str = "a", call_id: str = "c", smsip: bool = True
) -> Asked:
    return Asked(f"sip:{device}@127.0.1.21:5060", expires, call_id + device, cseq, device, smsip)


def test_a_contact_can_be_reached_until_it_runs_out() -> None:
    r = registrar()
    assert r.register(ALICE, asked(600), NOW) is Change.REGISTERED
    assert r.contact(ALICE, NOW + 599) is not None
    assert r.deadline() == NOW + 600
    r.expire(NOW + 600)
    assert r.contact(ALICE, NOW + 600) is None
    assert r.deadline() is None


def test_a_refresh_moves_the_end() -> None:
    r = registrar()
    r.register(ALICE, asked(600), NOW)
    assert r.register(ALICE, asked(600, cseq=2), NOW + 300) is Change.REGISTERED
    r.expire(NOW + 600)
    assert r.contact(ALICE, NOW + 601) is not None
    assert len(r.contacts(ALICE, NOW + 601)) == 1


def test_an_old_register_that_comes_late_changes_nothing() -> None:
    r = registrar()
    r.register(ALICE, asked(600, cseq=7), NOW)
    assert r.register(ALICE, asked(0, cseq=6), NOW + 1) is Change.OUT_OF_ORDER
    assert r.contact(ALICE, NOW + 1) is not None


def test_only_the_last_contact_that_leaves_is_a_deregistration() -> None:
    r = registrar()
    r.register(ALICE, asked(device="a"), NOW)
    r.register(ALICE, asked(device="b"), NOW)
    assert r.register(ALICE, asked(0, cseq=2, device="a"), NOW) is Change.FEWER
    assert r.register(ALICE, asked(0, cseq=2, device="b"), NOW) is Change.DEREGISTERED
    assert r.register(ALICE, asked(0, cseq=3, device="b"), NOW) is Change.NOTHING


def test_a_short_message_goes_to_the_device_with_smsip_that_registered_last() -> None:
    r = registrar()
    r.register(ALICE, asked(device="a"), NOW)
    r.register(ALICE, asked(device="b"), NOW)
    r.register(ALICE, asked(device="c", smsip=False), NOW)
    contact = r.contact(ALICE, NOW)
    assert contact is not None
    assert contact.key == "b"


def test_contacts_are_bounded() -> None:
    r = registrar()
    changes = [r.register(ALICE, asked(device=device), NOW) for device in "abcdef"]
    assert changes == [Change.REGISTERED] * 5 + [Change.TOO_MANY]


def test_a_restart_forgets_nobody() -> None:
    data = Registrations()
    registrar(data).register(ALICE, asked(), NOW)
    reborn = registrar(data)
    assert reborn.contact(ALICE, NOW) is not None
    assert reborn.deadline() == NOW + 600


def test_the_address_of_a_request_tells_whether_it_comes_from_the_registered_device() -> None:
    r = registrar()
    r.register(ALICE, asked(), NOW)
    assert r.came_from(ALICE, ("127.0.1.21", 5060), NOW)
    assert not r.came_from(ALICE, ("127.0.1.21", 506), NOW)
    assert not r.came_from(ALICE, ("127.0.1.2", 5060), NOW)
    assert not r.came_from(Impu("sip:+15551001002@ims.test"), ("127.0.1.21", 5060), NOW)


def test_strangers_have_no_profile() -> None:
    assert registrar().profile(Impu("sip:+1@ims.test")) is None


def test_a_device_with_smsip_comes_first_or_alone() -> None:
    r = registrar()
    for device, smsip in (("a", True), ("b", False), ("c", True)):
        r.register(ALICE, asked(device=device, smsip=smsip), NOW)
    everybody = [contact.key for contact in r.targets(ALICE, NOW, required=False)]
    able = [contact.key for contact in r.targets(ALICE, NOW, required=True)]
    assert (everybody, able) == (["c", "a", "b"], ["c", "a"])
    assert r.targets(ALICE, NOW + 601, required=False) == []
