"""The walk itself: one question after the other, until none is left or somebody has had enough."""

from __future__ import annotations

from enum import Enum, auto

import click

from kamsync.cli import words
from kamsync.cli.questions import show_asked, show_meanings
from kamsync.cli.walking.choosing import answer_for, meanings
from kamsync.cli.walking.deeds import Deeds, about, meant
from kamsync.cli.walking.desk import Desk
from kamsync.cli.walking.groups import decide_group
from kamsync.cli.walking.keys import HELP, Pressed, offered, pressed
from kamsync.cli.walking.queue import Queue
from kamsync.cli.walking.typed import typed
from kamsync.engine import assign_conflict, comment_conflict
from kamsync.errors import DecisionRefused, KamsyncError
from kamsync.model import Conflict, Decision, Kind
from kamsync.reports import NOBODY, Names, Question, Wanted, open_conflicts, question

__all__ = ["walk"]


QUIT = (("return", "bold"), (" quit", "dim"))


class After(Enum):
    """What follows a key: the same prompt, the question again, the next one, or the end."""

    STAY = auto()
    AGAIN = auto()
    NEXT = auto()
    END = auto()


def walk(desk: Desk, wanted: Wanted) -> None:
    """Go through the open conflicts that are *wanted*, oldest first, and say at the end what was done.

    Each decision is kept at once. Where somebody interrupts, the sum is told all the same.
    """
    queue = Queue(open_conflicts(desk.hub, wanted))
    if not queue:
        what = "of that kind " if wanted else ""
        desk.printer.line((f"No conflict {what}is open: nothing waits for a person.", "green"))
        desk.printer.next("kamsync conflicts walk" if wanted else "kamsync plan")
        return
    walking = _Walk(desk, wanted, queue)
    try:
        walking.run()
    except KeyboardInterrupt:
        desk.printer.gap()
        walking.tell_sum()
        raise
    walking.tell_sum()


class _Walk:
    """One walk on its way."""

    def __init__(self, desk: Desk, wanted: Wanted, queue: Queue) -> None:
        self.desk = desk
        self.wanted = wanted
        self.queue = queue
        self.deeds = Deeds(desk)
        self.passed = 0
        self.asked: Question | None = None

    def run(self) -> None:
        """Ask one question after the other; after the last, the last decision can be undone still."""
        while not self._is_over():
            conflict = self.desk.hub.store.reviews.get(self.queue.first() or "")
            if conflict.closed:
                self._pass_over(conflict)
            elif self._ask(conflict) is After.END:
                return

    def _is_over(self) -> bool:
        """Whether no question is left to ask; those that were put off come again first."""
        if self.queue.come_round():
            self.desk.printer.gap()
            self.desk.printer.line("Those that you put off come again.")
        while self.queue.first() is None and self.deeds:
            if self._take_last_key() is After.END:
                break
        return self.queue.first() is None

    def _take_last_key(self) -> After:
        """Take one line after the last question: to undo, or to end."""
        self.desk.printer.gap()
        self.desk.printer.line("That was the last one. ", ("u", "bold"), (" undo · ", "dim"), *QUIT)
        try:
            line = self.desk.keyboard.ask("> ")
            if line is None or pressed(line).key != "u":
                return After.END
            return self._undo()
        except KamsyncError as error:
            self.desk.refuse(error.message, error.hint)
        return After.STAY

    def tell_sum(self) -> None:
        """Write what was done, what is left, and what to run next."""
        printer, decided = self.desk.printer, self.deeds.decided
        left = sum(1 for _ in open_conflicts(self.desk.hub, self.wanted))
        skipped = len(self.queue.skipped)
        others = f" · {self.passed:,} decided by others" if self.passed else ""
        printer.gap()
        printer.line(
            (f"Decided {decided:,}", "bold green" if decided else "bold"),
            f" · skipped {skipped:,} · undone {self.deeds.undone:,}{others} · left {left:,}",
        )
        again = ["kamsync conflicts walk"] if left else []
        first = ["kamsync sync"] if decided or self.deeds.put_back or not left else []
        printer.next(*first, *again)

    def _pass_over(self, conflict: Conflict) -> None:
        """Say that a question is closed, unless it was decided here, and go on."""
        self.queue.drop()
        if self.deeds.has(conflict):
            return
        self.passed += 1
        by = f"decided by {conflict.decision.person}" if conflict.decision else "closed"
        self.desk.printer.line(
            (f"{conflict.id}  ", "bold cyan"),
            f"{about(Names(self.desk.hub), conflict)} was {by} meanwhile; it is passed over.",
        )

    def _ask(self, conflict: Conflict) -> After:
        """Show one question and take keys until it is done with."""
        desk = self.desk
        who = conflict.kind is Kind.MATCH
        self.asked = question(desk.hub, conflict, desk.sight, tried=who)
        desk.printer.gap()
        desk.printer.line((f"── {words.counted(len(self.queue), 'question')} to go", "dim"))
        show_asked(desk.printer, desk.sight, self.asked, desk.hub.clock.now())
        desk.printer.gap()
        show_meanings(desk.printer, desk.sight, self.asked, meanings(conflict))
        self._tell_keys(conflict)
        while (after := self._take_key(conflict)) is After.STAY:
            pass
        return after

    def _tell_keys(self, conflict: Conflict) -> None:
        """Write the keys that make sense here."""
        assert self.asked is not None, "a question is shown before its keys are"
        keys = offered(self.asked, self.queue.alike(conflict), len(self.deeds))
        parts = [part for key, word in keys for part in ((key, "bold"), (f" {word} · ", "dim"))]
        parts[-1] = (parts[-1][0].removesuffix(" · "), "dim")
        self.desk.printer.line(*parts, indent=2)

    def _take_key(self, conflict: Conflict) -> After:
        """Take one line and do what it says; what cannot be done is said, and nothing is lost."""
        try:
            line = self.desk.keyboard.ask("> ")
            return After.END if line is None else self._do(pressed(line), conflict)
        except DecisionRefused as error:
            self.desk.refuse(error.message)
            now = self.desk.hub.store.reviews.get(conflict.id)
            return After.STAY if now == conflict else After.AGAIN
        except KamsyncError as error:
            self.desk.refuse(error.message, error.hint)
        except click.UsageError as error:
            self.desk.refuse(error.message)
        return After.STAY

    def _do(self, key: Pressed, conflict: Conflict) -> After:
        """Do what one key asks for."""
        steps = {
            "": self._remind,
            "?": self._help,
            "o": self._other,
            "g": self._group,
            "n": self._next,
            "s": self._skip,
            "a": self._assign,
            "c": self._comment,
            "u": self._undo,
            "q": self._quit,
        }
        if key.key in steps:
            return steps[key.key](conflict, key.rest)
        answer = answer_for(conflict, key.key)
        return self._decide(conflict, self.deeds.decision(conflict, answer))

    def _decide(self, conflict: Conflict, decision: Decision) -> After:
        """Carry one decision out, say so and go on."""
        closed = self.deeds.decide(conflict, decision)
        names = Names(self.desk.hub)
        told = meant(self.desk, names, closed, closed.decision or decision)
        self.desk.printer.line(
            ("✓ ", "green"),
            f"{about(names, conflict)} is decided: ",
            (told, "bold green"),
            ".",
            indent=2,
        )
        self.queue.drop()
        return After.NEXT

    def _remind(self, conflict: Conflict, _rest: str) -> After:
        self._tell_keys(conflict)
        return After.STAY

    def _help(self, _conflict: Conflict, _rest: str) -> After:
        self.desk.printer.table([((key, "bold"), meaning) for key, meaning in HELP])
        return After.STAY

    def _other(self, conflict: Conflict, rest: str) -> After:
        """Decide on a value that is typed."""
        answer = typed(self.desk, conflict, rest)
        if answer is None:
            self.desk.tell("Nothing was decided.")
            return After.STAY
        return self._decide(conflict, self.deeds.decision(conflict, answer))

    def _group(self, conflict: Conflict, rest: str) -> After:
        """Decide all that is like this one, if whoever sits here wants it so."""
        key = rest or self.desk.keyboard.ask(
            "  The same choice for all of them (1, 2, …, b or d): "
        )
        if not key:
            return After.STAY
        chosen = pressed(key)
        if chosen.key not in {"b", "d"} and not chosen.key.isdecimal():
            self.desk.refuse(f"A group is decided with a number, b or d, not with {chosen.key}.")
            return After.STAY
        skipped = list(self.queue.skipped)
        done = decide_group(self.desk, self.deeds, self.wanted, conflict, chosen.key, skipped)
        return After.AGAIN if done else After.STAY

    def _next(self, _conflict: Conflict, _rest: str) -> After:
        """Go to the next question, if there is one."""
        if len(self.queue) == 1:
            self.desk.refuse("No other question is left; s skips this one, q ends the walk.")
            return After.STAY
        self.queue.put_off()
        return After.NEXT

    def _skip(self, _conflict: Conflict, _rest: str) -> After:
        self.queue.skip()
        return After.NEXT

    def _assign(self, conflict: Conflict, rest: str) -> After:
        """Give the question to somebody; whoever walks may still answer it."""
        name = rest or self.desk.keyboard.ask(f"  Assign it to ({NOBODY} is nobody): ")
        if not name:
            return After.STAY
        given = "" if name == NOBODY else name
        noted = assign_conflict(self.desk.hub, conflict.id, given, self.desk.person)
        self.desk.tell(f"✓ It is with {noted.assignee or 'nobody'} now.")
        return After.STAY

    def _comment(self, conflict: Conflict, rest: str) -> After:
        """Keep a comment, which is the reason of the decision that follows, too."""
        text = rest or self.desk.keyboard.ask("  Comment: ")
        if not text:
            return After.STAY
        comment_conflict(self.desk.hub, conflict.id, text, self.desk.person)
        self.deeds.comment(conflict.id, text)
        self.desk.tell("✓ It stands with the question, and is the reason if you decide it now.")
        return After.STAY

    def _undo(self, _conflict: Conflict | None = None, _rest: str = "") -> After:
        """Take the last decision back; its question comes next."""
        if not self.deeds:
            self.desk.refuse("Nothing was decided in this walk, so there is nothing to undo.")
            return After.STAY
        opened = self.deeds.undo()
        self.queue.ask_again(opened)
        if opened:
            open_again = words.counted(len(opened), "question is", "questions are")
            self.desk.tell(f"✓ Undone: {open_again} open again.")
        return After.AGAIN

    def _quit(self, _conflict: Conflict, _rest: str) -> After:
        return After.END
