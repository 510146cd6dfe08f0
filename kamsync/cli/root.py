"""The root of all commands: it finds them when they are wanted, in the core and in plugins."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from kamsync.cli import border, foreign, registry
from kamsync.cli.listing import Listing
from kamsync.cli.options import common

__all__ = ["main", "root"]

LOOKED_THROUGH_AFTER = 50_000
"""After how many new values the garbage collector looks for cycles: a batch has none among thousands."""

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Root(Listing):
    """A group whose commands are imported on use; no error leaves it but as a line and a status."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the core's commands, then those of the plugins that the configuration names."""
        own = list(registry.COMMANDS)
        return [*own, *sorted(set(foreign.commands(ctx)) - set(own))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one command; a plugin is loaded only if the core has no command of that name."""
        return registry.command(cmd_name) or foreign.command(ctx, cmd_name)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,  # noqa: ARG002 - click's signature; the name is fixed
        standalone_mode: bool = True,  # noqa: ARG002, FBT001, FBT002 - the same
        windows_expand_args: bool = True,  # noqa: ARG002, FBT001, FBT002 - the same
        **extra: Any,
    ) -> NoReturn:
        """Run what *args* ask for, and end the process with its exit status."""
        raise SystemExit(border.run(self, args, prog_name or "kamsync", extra))


@click.group(
    cls=Root,
    context_settings=SETTINGS,
    invoke_without_command=True,
    epilog="Exit status: 0 done, 1 failed, 2 a plan that would write, 3 stopped by a guard or for "
    "want of approval, 64 usage or configuration, 130 interrupted.",
)
@click.version_option(package_name="kamsync", prog_name="kamsync", message="%(prog)s %(version)s")
@common
@click.pass_context
def root(ctx: click.Context) -> None:
    """Keep one true record of every key account across the systems that you already have."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> NoReturn:
    """Run the command line of this process."""
    gc.set_threshold(LOOKED_THROUGH_AFTER)
    root.main()
