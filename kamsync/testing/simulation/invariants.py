"""The invariants that a history is held against, by number, and where each of them is looked at."""

from __future__ import annotations

__all__ = ["INVARIANTS"]

INVARIANTS = {
    1: "No silent loss: every edit is golden, knowingly replaced, or a loser or contender by name.",
    2: "No invention: golden and every system hold only what somebody entered or decided.",
    3: "No flip-flop: a write carries what is golden, and each field is written once when all is calm.",
    4: "No-op: a round in an unchanged world writes, tells and changes nothing.",
    5: "Echo: what kamsync wrote is never taken for somebody's edit.",
    6: "One create for one intent, whatever crashes and whichever answer is lost.",
    7: "No delete without a deletion and a ruling, no return from the dead without a decision.",
    9: "Read on: no cursor passes a change that was not taken in.",
    10: "Atomic: after a crash the store is whole, and golden is what the journal tells.",
    11: "One at a time: while a round runs on a store, another hub begins none.",
    13: "Guard first: no plan writes more than its limits allow without approval.",
    16: "Order: the same readings in another order lead to the same golden values and conflicts.",
    17: "A person's decision is overruled by no rule, and is refused on a page that is out of date.",
    23: "Quiet: once nothing goes wrong any more, few rounds write, and nothing stays in flight.",
    24: "Nothing waits without a reason that a person can read.",
    25: "Agreement: every system holds what golden says, or something open explains why not.",
    28: "Determinism: the same tape gives the same history.",
}
"""Numbers are never reused; those that are missing belong to other tests."""
