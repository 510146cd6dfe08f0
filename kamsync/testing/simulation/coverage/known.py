"""The faults that whatever synchronises has to bear, by number, and where each of them is played."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

__all__ = ["KNOWN", "Known"]


class Known(Struct, frozen=True):
    """One fault: what it *says*, and how it is played.

    *played* are the faults and the steps of a history that are it, *drawn* is what the setting of a
    history has of it. *tested* names the tests of what no history can play: on a line, in a process,
    on a disk.
    """

    says: str
    played: tuple[str, ...] = ()
    drawn: str = ""
    tested: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """Say where it is played, in a few words."""
        words = [", ".join(self.played), self.drawn, ", ".join(self.tested)]
        return "; ".join(word for word in words if word)


KNOWN: Mapping[int, Known] = {
    1: Known(
        "The process dies around a commit.", ("crash before a commit", "crash after a commit")
    ),
    2: Known(
        "The process dies around a call or one row of it.",
        ("crash before a call", "crash after a call", "crash before a row", "crash after a row"),
    ),
    3: Known(
        "The process dies in a migration.",
        tested=("test_a_crash_in_a_migration_leaves_the_database_as_it_was",),
    ),
    4: Known("The store is busy.", ("store busy", "commit without an answer")),
    5: Known("The disk is full.", ("store full",)),
    6: Known(
        "The store can only be read.",
        tested=("test_a_store_that_can_only_be_read_is_read_and_says_so",),
    ),
    7: Known("An older store, or system, is put back.", ("store put back", "system put back")),
    8: Known(
        "The process is killed.", tested=("test_a_sync_that_is_killed_ends_as_one_that_is_not",)
    ),
    9: Known("A second hub wants the store.", ("another hub",)),
    10: Known("The store is upgraded in mid-run.", ("store upgraded",)),
    11: Known(
        "The clock jumps.",
        ("clock jumps",),
        tested=("test_the_night_in_which_clocks_are_set_is_as_long_as_it_is",),
    ),
    12: Known("A system does not answer.", ("no answer, nothing done", "outage")),
    13: Known("An answer is lost.", ("no answer, all done", "row unknown, done", "row lands late")),
    14: Known(
        "An answer is cut, or is something else.",
        tested=(
            "test_an_answer_that_breaks_off_is_read_again",
            "test_a_page_in_place_of_an_answer_is_told",
        ),
    ),
    15: Known(
        "A system asks to wait, sensibly or not.",
        tested=(
            "test_a_wait_that_is_asked_for_is_kept",
            "test_a_senseless_wait_counts_as_none",
            "test_a_system_that_asked_to_be_left_alone_is_left_alone_for_as_long",
        ),
    ),
    16: Known("The line is not safe.", tested=("test_a_wrong_certificate_is_told",)),
    17: Known(
        "A call is sent elsewhere.", tested=("test_a_redirect_is_not_followed_with_a_token",)
    ),
    18: Known(
        "A part of a batch is done.",
        ("row refused", "row later", "row unknown, done", "row unknown, not done"),
    ),
    19: Known("A record is locked, or not what was read.", ("row later", "edit before a row")),
    21: Known("A rule about duplicates refuses a create.", ("row refused",)),
    22: Known("A rule refuses a value.", ("row refused",)),
    23: Known("A value is stored as another one.", drawn="systems that rewrite, cut off or derive"),
    24: Known("Something in the system changes what was just written.", ("edit after a row",)),
    25: Known(
        "Others use the quota up.",
        ("quota spent",),
        tested=(
            "test_a_share_of_the_calls_is_left_to_others",
            "test_a_system_with_few_calls_left_is_served_less_often_and_that_is_told",
        ),
    ),
    26: Known("A search shows the past.", ("search lags",)),
    27: Known(
        "Pages shift while they are read.",
        ("edit before a call", "edit after a call"),
        drawn="pages of one to three records",
    ),
    28: Known(
        "Very many records have one time.",
        tested=("test_all_rows_of_one_second_are_read_from_each_page_on",),
    ),
    29: Known(
        "Times are the same, or are told late.", drawn="systems that stamp by the second, some late"
    ),
    30: Known(
        "A cursor is not taken any more.",
        tested=(
            "test_a_locator_that_has_expired_loses_no_row",
            "test_a_cursor_of_something_else_reads_everything",
        ),
    ),
    31: Known(
        "A system shows less than it has.",
        ("permission lost", "records hidden"),
        drawn="systems that do not tell what is gone",
        tested=("test_an_emptied_system_stops_every_round_until_it_is_approved",),
    ),
    33: Known(
        "Somebody edits what is just being written.",
        ("edit before a row", "edit after a row", "edit before a call", "edit after a call"),
    ),
    34: Known("Somebody edits between plan and push.", ("settle", "edit", "push")),
    35: Known(
        "People merge, delete, bring back and make again.",
        ("merge", "merge undone", "delete", "undelete", "create"),
    ),
    36: Known(
        "Somebody decides on a page that is out of date, or while a round runs.",
        ("look", "decide", "decision amid a call"),
    ),
    37: Known(
        "A field is hidden, renamed, of another type, without an option, or mapped otherwise.",
        ("permission lost",),
        tested=(
            "test_a_field_that_is_renamed_while_the_daemon_runs_is_an_alarm_until_it_is_seen_again",
            "test_what_cannot_be_read_any_more_waits_and_is_not_written_over",
            "test_a_text_waits_where_the_field_became_a_number_and_goes_once_it_takes_it",
            "test_a_word_waits_where_its_option_was_taken_out_and_goes_once_it_is_there",
            "test_a_field_that_is_mapped_to_another_native_field_meets_its_others",
        ),
    ),
    38: Known(
        "A token is not taken any more, or none is given because a clock is wrong.",
        ("token lost",),
        tested=(
            "test_no_edit_is_lost_while_the_clock_is_off",
            "test_a_session_that_ends_amid_a_batch_while_the_clock_is_off_costs_a_round",
            "test_a_refresh_token_that_is_good_once_is_kept_before_it_is_used",
            "test_an_org_that_has_moved_is_followed_at_the_next_login",
        ),
    ),
    40: Known("The policy changes in mid-run.", ("started again",), drawn="a policy for later"),
}
"""Those that are missing wait for a feature: see `PENDING`."""
