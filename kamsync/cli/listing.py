"""The list of the commands of a group, in whole sentences."""

from __future__ import annotations

import click

from kamsync.wording import did_you_mean

__all__ = ["Listing"]

WHOLE = 1_000
"""How long the sentence of a command may be in the list; one that does not fit its line goes on below."""


class Listing(click.Group):
    """A group that says of each of its commands in a whole sentence what it does, at any width."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each command and its sentence; nothing of a sentence is cut off."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        rows = [
            (name, each.get_short_help_str(WHOLE))
            for name, each in found
            if each and not each.hidden
        ]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that *args* begin with; what is close to an unknown one is named."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            near = did_you_mean(name, self.list_commands(ctx))
            raise click.UsageError(f"There is no command {name!r}. {near}", ctx)
        return super().resolve_command(ctx, args)
