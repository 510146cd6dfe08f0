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
    8: "One: what is merged becomes one record, and nothing is written to what it was before.",
    9: "Read on: no cursor passes a change that was not taken in.",
    10: "Atomic: after a crash the store is whole, and golden is what the journal tells.",
    11: "Alone: while one round runs on a store, no other begins there.",
    12: "As planned: what is written was planned so, and approved so where a person was asked.",
    13: "Guard first: no plan writes more than its limits allow without approval.",
    16: "Order: the same readings in another order lead to the same golden values and conflicts.",
    17: "A person's decision is overruled by no rule, and is refused on a page that is out of date.",
    18: "Scope: only what is mapped is written, and only as the section of the system allows.",
    19: "Hidden is not blank: what a system does not show is neither written over nor taken for empty.",
    20: "Patience: who allows no more calls is left alone, and a write is tried once in a round.",
    21: "Discretion: pay leaves only towards who is cleared, and no value is in a message or unsealed.",
    22: "Audit: every write and every decision is in the journal, whose entries follow on each other.",
    23: "Quiet: once nothing goes wrong any more, few rounds write, and nothing stays in flight.",
    24: "Nothing waits without a reason that a person can read.",
    25: "Agreement: every system holds what golden says, or something open explains why not.",
    26: "Laws: what a system holds is written back as it stands, and golden is read back as it is.",
    27: "Undo puts back what nobody has changed since and names the rest; who is erased is erased.",
    28: "Determinism: the same tape gives the same history.",
}
"""Numbers are never reused; those that are missing wait for a feature, as `pending` tells."""
