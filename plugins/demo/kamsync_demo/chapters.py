"""The story in chapters; each returns its figures, counted in what happened."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import Any

from kamsync.engine import resolve_conflict, undo_round
from kamsync.model import Conflict, Decision, Kind, Value
from kamsync.reports import Names, Sight, overview, values_for
from kamsync.sandbox.mishaps import LoseAnswer
from kamsync.wording import counted
from kamsync_demo.proof import COUNTED, duplicates, in_both, records
from kamsync_demo.stage import Stage, colleague
from kamsync_demo.telling import Telling
from kamsync_demo.winners import agreement

__all__ = ["CHAPTERS", "proven"]

Figures = dict[str, Any]

ADA, TOMAS, MARA = colleague("ada.weber"), colleague("tomas.rivera"), "Mara Lindqvist"
NO_RULE = {
    False: "Who owns a client or a deal is paid for it: no rule decides that.",
    True: "Two deals that are nearly one: no score decides that.",
}
PAGE = 200
ONE_MORE = {"FirstName": "Marta", "LastName": "Kleinschmidt", "Email": "marta@kleinschmidt.example"}


def first_meeting(stage: Stage, tell: Telling) -> Figures:
    """Let two systems meet that hold the same clients in their own ways."""
    tell.chapter(
        "Two systems meet",
        "Sales in Salesforce and success in HubSpot hold the same clients, each in its own way.",
    )
    tell.held(_counted(stage))
    tell.ran("plan")
    began = monotonic()
    round_ = stage.preview()
    took_s = monotonic() - began
    plan = overview(stage.hub, round_, Sight(stage.hub.schema))
    tell.plan(stage.hub, plan, took_s)
    tell.ran(f"sync --approve {plan.plan}")
    done = stage.round(approve=plan.plan)
    tell.written(done)
    settled = sum(each.acts.get("settled", 0) for each in plan.fields.values())
    matched = in_both(stage.hub, stage.systems.answers)
    tell.say(
        f"{counted(matched, 'record')} of one system found in the other, {done.written:,} of"
        f" {counted(plan.writes, 'planned write')} made, {counted(settled, 'difference')} settled by rules,"
        f" {counted(done.held, 'question waits', 'questions wait')} for a person."
    )
    key = agreement(stage.hub, stage.world, stage.systems.answers, stage.systems.clock.now())
    text = (
        f"{key.facts:,} facts about what both had are as an answer key says that knows nothing of the"
        f" engine; {key.differences:,} of them the teams told differently."
    )
    tell.proof([(not key.wrong, text)])
    return {
        "facts": key.facts,
        "differences": key.differences,
        "wrong": list(key.wrong),
        "read": plan.read,
        "matched": matched,
        "planned": plan.writes,
        "written": done.written,
        "settled": settled,
        "held": done.held,
    }


def decision(stage: Stage, tell: Telling) -> Figures:
    """Let a person decide what no rule may: who owns something, or else which record one is."""
    conflict = _question(stage)
    if conflict is None:
        return {"decided": 0}
    hub, is_match = stage.hub, conflict.kind is Kind.MATCH
    kept, side = _kept(conflict)
    why = "It is the same deal, moved by a month" if is_match else "The team lead of sales says so"
    tell.chapter("A question for a person", NO_RULE[is_match])
    tell.ran(f"conflicts show {conflict.id}")
    tell.question(hub, conflict)
    stage.systems.clock.wait(90)
    choice = "same" if is_match else ""
    decided = Decision(MARA, hub.now(), kept, choice, why)
    resolve_conflict(hub, conflict.id, conflict.version, decided)
    tell.ran(f'conflicts resolve {conflict.id} --keep {side} --by "{MARA}" --why "{why}"', "sync")
    round_ = stage.round()
    tell.say(f"{_records(round_.written)} written.")
    if not is_match:
        record, field = conflict.record, conflict.field
        tell.ran(f'explain "{Names(hub).of(record)}" {field}')
        tell.explained(hub, hub.store.records.by_id([record])[record], field)
    return {"decided": 1, "written": round_.written}


def same_minute(stage: Stage, tell: Telling) -> Figures:
    """Let both teams edit one deal and its client in the same minute."""
    found = _deal_in_both(stage)
    if found is None:
        return {"edits": 0}
    deal, account = found
    name = Names(stage.hub).of(account)
    tell.chapter("The same minute", f"Both teams edit {name} and its deal, unaware of each other.")
    deals, accounts = stage.links(deal), stage.links(account)
    edits = [
        stage.edit(ADA, "salesforce", deals["salesforce"], {"Amount": 52500}),
        stage.edit(TOMAS, "hubspot", deals["hubspot"], {"amount": "46000"}),
        stage.edit(ADA, "salesforce", accounts["salesforce"], {"Phone": "+49 40 5550100"}),
        stage.edit(TOMAS, "hubspot", accounts["hubspot"], {"numberofemployees": "1234"}),
    ]
    tell.edits(edits)
    stage.preview()
    tell.ran("sync")
    round_ = stage.round()
    tell.outcomes(stage.hub, round_.id)
    acts = [counts.acts for counts in round_.merged.fields.values()]
    return {
        "edits": len(edits),
        "flowed": sum(each.get("set", 0) for each in acts),
        "settled": sum(each.get("settled", 0) for each in acts),
        "held": sum(each.get("held", 0) for each in acts),
        "written": round_.written,
    }


def undo(stage: Stage, tell: Telling) -> Figures:
    """Undo the round of that minute, and write that everywhere; without one there is nothing to tell."""
    rounds = [each for each in stage.hub.store.rounds.list(1) if each.kind == "sync"]
    if not rounds or not undo_round(stage.hub, rounds[0], dry=True).back:
        return {"back": 0}
    tell.chapter(
        "Undo", "Every round can be undone, whole, and what it wrote goes back everywhere."
    )
    tell.ran(f"undo {rounds[0].number} --yes", "sync")
    undone = undo_round(stage.hub, rounds[0])
    round_ = stage.round()
    back = counted(len(undone.back), "value was", "values were")
    tell.say(f"{back} put back; {_records(round_.written)} written.")
    return {"back": len(undone.back), "written": round_.written}


def lost_answer(stage: Stage, tell: Telling) -> Figures:
    """Lose the answer to a create, and create nothing twice."""
    tell.chapter(
        "A lost answer",
        "Ada adds a contact; HubSpot creates it, but the line breaks before it can say so.",
    )
    before = stage.systems.count("hubspot", "contacts")
    account = next(_in_both(stage, "account"))
    values = ONE_MORE | {"AccountId": stage.native("salesforce", account)}
    stage.systems.act("salesforce", ADA.email, "create", object="Contact", values=values)
    for act in ("create", "upsert"):
        fault = LoseAnswer(path=f"*/contacts/batch/{act}", method=("POST",), times=1)
        stage.systems.strike("hubspot", fault)
    broken = stage.round()
    again = stage.round()
    created = stage.systems.count("hubspot", "contacts") - before
    down = ", ".join(each.system for each in broken.down)
    tell.say(
        f"sync: {f'{down} did not answer' if down else 'one answer was lost'}; nothing else waited for it."
    )
    tell.say(
        f"sync: what was sent was found by its id there; {_records(again.written)} written, and HubSpot has"
        f" {counted(created, 'contact')} more."
    )
    return {"contacts_more": created}


def proven(stage: Stage, tell: Telling) -> tuple[Figures, bool]:
    """Run one more round, and count what the story promised; return whether all of it holds."""
    tell.chapter(
        "Proof", "Counted in the systems themselves, by an answer key, and in the journal."
    )
    wrote = stage.systems.writing_calls()
    last = stage.round()
    writes = max(last.written, stage.systems.writing_calls() - wrote)
    fate, doubles = stage.witness.fates(), duplicates(stage.hub, stage.systems.answers)
    faults, held = stage.hub.store.verify(), stage.hub.store.reviews.count_open()
    entries = stage.hub.store.journal.head()[0]
    became = (
        f"{fate.golden:,} golden, {fate.superseded:,} superseded, {fate.losers:,} named as losers,"
        f" {fate.waiting:,} waiting, {len(fate.lost):,} lost"
    )
    lines = [
        (not fate.lost, f"{fate.values:,} values that people entered: {became}."),
        (
            not doubles,
            f"{counted(doubles, 'record is', 'records are')} there twice that were not before.",
        ),
        (not writes, f"{counted(writes, 'write')} in one more round."),
        (not faults, f"{counted(entries, 'entry', 'entries')} of the journal, unbroken."),
    ]
    tell.proof(lines)
    figures = {
        "records": records(stage.hub, _counted(stage)),
        "created": stage.created,
        "settled": stage.settled,
        "held": held,
        "duplicates": doubles,
        "writes_last_round": writes,
        "calls": stage.systems.calls(),
        "values": fate.values,
        "lost": list(fate.lost),
        "store_faults": faults,
    }
    return figures, all(holds for holds, _ in lines)


def _counted(stage: Stage) -> dict[str, dict[str, int]]:
    """Return how many records of each entity each system has."""
    return {
        name: {entity: stage.systems.count(name, system.maps[entity].object) for entity in COUNTED}
        for name, system in stage.hub.systems.items()
    }


def _question(stage: Stage) -> Conflict | None:
    """Return an open question about who owns a client or a deal, else about which record one is."""
    reviews = stage.hub.store.reviews
    for entity in ("account", "opportunity"):
        for conflict in reviews.open(Kind.VALUE.value, entity, "", PAGE):
            if conflict.field == "owner":
                return conflict
    return next(iter(reviews.open(Kind.MATCH.value, "opportunity", "", 1)), None)


def _kept(conflict: Conflict) -> tuple[Value, str]:
    """Return what is chosen: the word of sales, or the first record that it may be; and its side."""
    if conflict.kind is Kind.MATCH:
        return conflict.contenders[1].value, "2"
    return values_for(conflict, "salesforce").value, "salesforce"


def _deal_in_both(stage: Stage) -> tuple[str, str] | None:
    """Return an open deal and its client, both of which both systems have, and nobody is asked about."""
    known = set(_in_both(stage, "account"))
    for deal in _in_both(stage, "opportunity"):
        fields = stage.hub.store.records.by_id([deal])[deal].fields
        account = fields["account"].value if "account" in fields else None
        stage_ = fields["stage"].value if "stage" in fields else None
        if account in known and stage_ and stage_["status"] == "open" and "amount" in fields:
            return deal, account
    return None


def _in_both(stage: Stage, entity: str) -> Iterator[str]:
    """Yield records that both systems have and nobody is asked about."""
    store, after = stage.hub.store, ""
    while ids := store.records.ids(entity, after, PAGE):
        after = ids[-1]
        asked = {record for record, _ in store.reviews.open_for(ids)}
        for id_ in ids:
            if id_ not in asked and len(stage.links(id_)) == len(stage.systems.running):
                yield id_


def _records(count: int) -> str:
    return counted(count, "record was", "records were")


CHAPTERS = (first_meeting, decision, same_minute, undo, lost_answer)
"""The story in its order; the proof follows it."""
