"""Digests, persons, and what an approval still holds for."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.advisory import Advisory, Signature, Verdict
from feedbot.errors import ReviewError
from feedbot.inventory import Contract, Customer, Plan, Server
from feedbot.matching import Exposure
from feedbot.notice import MailText, Post, Recipient
from feedbot.review import Decision, Digests, Drift, approved, digests, required_approvals
from feedbot.review._decide import seal

NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)
POST = Post("ntpd に関する注意喚起", "<p>本文</p>", "本文", "本文")
ADVISORY = Advisory("csirt-a", "CSIRT-A-2026-0001", "1", "ntpd", "ja", Signature(Verdict.UNSIGNED))
FROZEN = Digests("t", "r", "i", "p", "a")
OTHER = replace(FROZEN, text="T")


def recipient(name: str, email: str = "", server: str = "") -> Recipient:
    """A customer with one server."""
    customer = Customer(name, f"株式会社{name}", email or f"{name}@customer.example")
    contract = Contract(f"V-{name}", name, Plan.VPS, root=True)
    return Recipient(customer, (Exposure(customer, contract, Server(server or f"{name}1", contract.id), ()),))


def frozen(
    *names: str,
    post: Post = POST,
    body: str = "本文",
    snapshot: str = "s1",
    template: str = "t1",
    advisories: tuple[Advisory, ...] = (ADVISORY,),
) -> Digests:
    """The digests of a render for customers of these names."""
    mails = {name: MailText("件名", f"{name} 様\n{body}", f"<p>{name}</p>") for name in names}
    return digests(post, mails, [recipient(name) for name in names], snapshot, template, advisories)


def test_the_same_render_has_the_same_digests_in_any_order() -> None:
    """Order of customers and advisories carries no meaning."""
    second = replace(ADVISORY, number="CSIRT-A-2026-0002")
    one = frozen("a", "b", advisories=(ADVISORY, second))
    assert frozen("b", "a", advisories=(second, ADVISORY)) == one
    assert all(len(value) == 64 for value in (one.text, one.recipients, one.inventory, one.template, one.advisories))


def differing(one: Digests, other: Digests) -> tuple[str, ...]:
    """The names of the digests that differ."""
    return tuple(each.name for each in fields(Digests) if getattr(one, each.name) != getattr(other, each.name))


def test_each_change_is_in_its_digest() -> None:
    """What changed is told by the digest of its name, and by no other."""
    base = frozen("a", "b")
    assert differing(base, frozen("a", "b", body="直した本文")) == ("text",)
    assert differing(base, frozen("a", "b", post=replace(POST, html="<p>x</p>"))) == ("text",)
    assert differing(base, frozen("a", "b", template="t2")) == ("template",)
    assert differing(base, frozen("a", "b", advisories=(replace(ADVISORY, title="ntpd 4"),))) == ("advisories",)
    assert differing(base, frozen("a")) == ("text", "recipients")
    assert differing(base, frozen("a", "b", snapshot="s2")) == ("inventory",)
    assert differing(base, base) == ()


@pytest.mark.parametrize(
    ("drift", "of", "far"),
    [
        (Drift(), 0, False),
        (Drift(gone=("a",)), 20, False),
        (Drift(gone=("a",)), 19, True),
        (Drift(changed=("a",)), 19, True),
        (Drift(new=("a",)), 19, True),
        (Drift(new=("a",)), 0, True),
        (Drift(("a",), ("b",), ("c",)), 60, False),
        (Drift(("a",), ("b",), ("c",)), 59, True),
        (Drift(gone=tuple("abcdefghijklmnopqrstu")), 419, True),
    ],
)
def test_more_than_a_twentieth_is_far(drift: Drift, of: int, far: bool) -> None:
    """Those gone, changed and new count together."""
    assert drift.far(of) is far


def test_a_drift_says_whose_mail_stays_and_who_is_left_to_be_told() -> None:
    """Who is gone needs no other mail; who is new had none approved."""
    assert Drift(("a",), ("b",), ("c",)).reasons == {"a": "gone", "b": "changed"}
    assert [one.untold for one in (Drift(), Drift(gone=("a",)), Drift(changed=("a",)), Drift(new=("a",)))] == [
        False,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize("changed", [recipient("a", email="x@b.example"), recipient("a", server="other")])
def test_another_address_or_server_is_another_recipient(changed: Recipient) -> None:
    """The envelope is part of what is approved, even when the text does not show it."""
    mails = {"a": MailText("件名", "本文", "")}
    one, two = (digests(POST, mails, [who], "s", "t", ()) for who in (recipient("a"), changed))
    assert differing(one, two) == ("recipients",)


@pytest.mark.parametrize(
    ("customers", "odd"), [(["a"], "b"), (["a", "b", "c"], "c"), (["a", "b", "b"], "b"), ([], "a, b")]
)
def test_mails_and_recipients_must_be_one_to_one(customers: list[str], odd: str) -> None:
    """Neither a mail without recipient, nor a recipient without mail, nor one twice is frozen."""
    mails = {name: MailText("件名", "本文", "") for name in ("a", "b")}
    with pytest.raises(ReviewError, match="one to one") as caught:
        digests(POST, mails, [recipient(name) for name in customers], "s", "t", ())
    assert caught.value.values["customers"] == odd


def test_a_seal_is_the_hash_of_each_part_behind_its_length() -> None:
    """So it stays what it was for what is frozen already; half a character of UTF-16 has a seal too."""
    written = "4\n件A" + "7\n本文\n" + "0\n"
    assert seal(MailText("件A", "本文\n", "")) == sha256(written.encode()).hexdigest()
    assert seal(MailText("\ud800", "", "")) != seal(MailText("", "", ""))


def test_a_digest_is_the_hash_of_one_json_line_a_part() -> None:
    """So what was approved before an update of feedbot is approved after it."""
    base = frozen("a")
    line = '["a","a@customer.example","utf-8",[["V-a","a1"]]]'
    assert base.recipients == sha256(f"{line}\n".encode()).hexdigest()
    assert (base.inventory, base.template) == tuple(sha256(f'"{it}"\n'.encode()).hexdigest() for it in ("s1", "t1"))


def test_no_other_verb_is_a_yes() -> None:
    """Who edits or publishes over the same digests has not approved."""
    said = [Decision(1, verb, name, NOW, FROZEN) for verb, name in (("propose", "a"), ("publish", "b"), ("edit", "c"))]
    assert not approved(said, FROZEN, 1)


@given(st.lists(st.tuples(st.text(), st.text(), st.text()), min_size=2, max_size=2, unique=True))
def test_no_two_texts_share_a_digest(pair: list[tuple[str, str, str]]) -> None:
    """Moving characters between subject, text and HTML changes the digest."""
    one, two = (digests(POST, {"a": MailText(*mail)}, [recipient("a")], "s", "t", ()) for mail in pair)
    assert one.text != two.text


@pytest.mark.parametrize(
    ("recipients", "customers", "persons"),
    [
        (0, 0, 1),
        (1, 10_000, 1),
        (9, 9, 1),
        (10, 10, 2),
        (10, 200, 1),
        (10, 199, 2),
        (11, 200, 2),
        (50, 1_000, 1),
        (51, 1_000, 2),
        (100, 10_000, 1),
        (101, 10_000, 2),
    ],
)
def test_many_recipients_need_a_second_person(recipients: int, customers: int, persons: int) -> None:
    """The bounds of N12, each from both sides."""
    assert required_approvals(recipients, customers) == persons


def said(verb: str, actor: str, over: Digests = FROZEN) -> Decision:
    """One decision."""
    return Decision(1, verb, actor, NOW, over)


@pytest.mark.parametrize(
    ("decisions", "required", "answer"),
    [
        ([], 1, False),
        ([said("propose", "a")], 1, False),
        ([said("approve", "a")], 1, False),
        ([said("propose", "a"), said("approve", "a")], 1, True),
        ([said("propose", "a"), said("approve", "b")], 1, True),
        ([said("propose", "a"), said("approve", "a")], 2, False),
        ([said("propose", "a"), said("approve", "a"), said("approve", "a")], 2, False),
        ([said("propose", "a"), said("approve", "b")], 2, True),
        ([said("propose", "a"), said("approve", "a"), said("approve", "b")], 2, True),
        ([said("propose", "a", OTHER), said("approve", "b")], 1, False),
        ([said("propose", "a"), said("approve", "b", OTHER)], 1, False),
        ([said("propose", "a"), said("approve", "b"), said("reject", "c")], 1, False),
        ([said("propose", "a"), said("approve", "b"), said("withdraw", "a")], 1, False),
        ([said("propose", "a"), said("reject", "c"), said("approve", "b")], 1, False),
        ([said("propose", "a"), said("approve", "b"), said("propose", "a")], 1, False),
        ([said("propose", "a"), said("approve", "b"), said("propose", "b"), said("approve", "b")], 2, False),
        ([said("propose", "a"), said("reject", "c"), said("propose", "a"), said("approve", "c")], 2, True),
    ],
)
def test_who_must_have_said_what(decisions: list[Decision], required: int, answer: bool) -> None:
    """Only approvals after the last proposal, over the same digests, by enough different persons."""
    assert approved(decisions, FROZEN, required) is answer


DECISIONS = st.lists(
    st.builds(
        said,
        st.sampled_from(["propose", "approve", "reject", "withdraw"]),
        st.sampled_from("abc"),
        st.sampled_from([FROZEN, OTHER]),
    )
)


@given(DECISIONS)
def test_two_persons_are_always_two(decisions: list[Decision]) -> None:
    """Whatever was said, two persons are never had from one, and what two allow, one allows."""
    alone = [decision for decision in decisions if decision.actor == "a"]
    assert not approved(alone, FROZEN, 2)
    if approved(decisions, FROZEN, 2):
        assert approved(decisions, FROZEN, 1)
        assert not approved(decisions, OTHER, 1)
