"""The hooks: every place where a plugin may join in.

A plugin is a module (or an object) whose functions carry `kamsync.hookimpl` and the name of a
hook. Its distribution names it in an entry point, and a configuration under ``plugins``; without
the second it is never imported::

    [project.entry-points.kamsync]
    acme = "kamsync_acme"

An implementation may leave out arguments that it does not need. Where a plugin has nothing to
offer, it leaves the hook out, or answers None: the two mean the same.

Plugins are asked one by one, in the order in which the configuration names them. One that raises,
takes too long or answers with the wrong kind of thing is reported by name, version and reason, and
the others are still asked. Arguments are only ever added to a hook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import click

    from kamsync.connector import Connector
    from kamsync.extensions import Notice, ReportMaker, Sandbox
    from kamsync.identity import KeyMaker
    from kamsync.mapping import EntityMap
    from kamsync.policy import RuleMaker
    from kamsync.schema import Entity, Schema

__all__ = ["hookimpl", "hookspec"]

hookspec = pluggy.HookspecMarker("kamsync")
hookimpl = pluggy.HookimplMarker("kamsync")


@hookspec
def kamsync_connectors() -> Mapping[str, type[Connector]] | None:
    """Offer kinds of connector, by the name that ``connector = "…"`` chooses in a configuration.

    Called once for each start, before any system is connected. A class is called with the options
    of its system's section as keyword arguments, less those that the core understands; secrets
    arrive as `kamsync.redact.Secret`.

    Returns:
        The connector classes by kind. A kind that an earlier plugin offers already is refused.

    Silence:
        The plugin brings no connector.

    Example::

        from kamsync import hookimpl
        from kamsync.memory import Memory

        class AcmeConnector(Memory):
            kind = "acme"

        @hookimpl
        def kamsync_connectors():
            return {"acme": AcmeConnector}
    """


@hookspec
def kamsync_schema() -> Iterable[Entity] | None:
    """Add entities to the schema, or fields and keys to entities that it has.

    Called once for each start, before mappings and policies are read, since both may name what
    is added.

    Returns:
        Whole entities, or known ones by name with only the fields and keys to add. An answer that
        redefines a field, or refers to an entity that is not there, is refused as a whole.

    Silence:
        The schema stays as it is.

    Example::

        from kamsync import hookimpl
        from kamsync.schema import Entity, Field, Type

        LOYALTY = Field("loyalty", Type.INTEGER, "Points in the loyalty programme", unit="points")

        @hookimpl
        def kamsync_schema():
            return [Entity("account", "A client", {"loyalty": LOYALTY})]
    """


@hookspec
def kamsync_mappings(kind: str, schema: Schema) -> Iterable[EntityMap] | None:
    """Say how one kind of system says the entities: the ready maps of its standard objects.

    Called once for each kind of connector that the configuration uses. The configuration's own
    ``[system.NAME.map]`` sections are laid over the answer.

    Args:
        kind: the kind of connector that the maps are wanted for.
        schema: all entities, with those that plugins added.

    Returns:
        A map for each entity that systems of this *kind* hold. Two plugins may add fields to one
        map, but not map one field twice or one entity to two objects.

    Silence:
        The plugin knows nothing about systems of this kind.

    Example::

        from kamsync import hookimpl
        from kamsync.lenses import identity_map

        @hookimpl
        def kamsync_mappings(kind, schema):
            if kind == "acme":
                return [identity_map(schema.entity("account"), "Company", stamp="kamsync_id")]
    """


@hookspec
def kamsync_policy_rules() -> Mapping[str, RuleMaker] | None:
    """Offer rules that a policy may name beside the built-in ones.

    Called once for each start, before the policies are read. A maker is called for each field
    whose policy names its rule, with the entity, the field and the options beside the name.

    Returns:
        The makers by the name that a policy uses. A name of a built-in rule, or one that an
        earlier plugin offers, is refused.

    Silence:
        The plugin brings no rule.

    Example::

        from kamsync import hookimpl
        from kamsync.policy import Settlement

        class Longest:
            text = "the longest text wins"

            def settle(self, case):
                lengths = [len(contender.value or "") for contender in case.contenders]
                if lengths.count(max(lengths)) > 1:
                    return None
                winner = lengths.index(max(lengths))
                return Settlement(case.contenders[winner].value, (winner,), self.text)

        @hookimpl
        def kamsync_policy_rules():
            return {"longest": lambda entity, field, options: Longest()}
    """


@hookspec
def kamsync_match_keys() -> Iterable[KeyMaker] | None:
    """Offer exact keys: texts that two native records share only if they are the same record.

    Called once for each start. Each maker is then called for every record that is to be matched,
    so it must be quick and must depend on nothing but its arguments.

    Returns:
        Functions of an entity's name and a record's canonical values that return keys such as
        ``"vat:DE811128135"``. They count like the keys that the schema declares.

    Silence:
        Records are matched by the keys of the schema and by score alone.

    Example::

        from kamsync import hookimpl

        def by_phone(entity, values):
            if entity == "account" and values.get("phone"):
                return [f"phone:{values['phone']}"]
            return []

        @hookimpl
        def kamsync_match_keys():
            return [by_phone]
    """


@hookspec
def kamsync_notify(notices: Sequence[Notice]) -> None:
    """Tell people what waits for them: by mail, in a chat, on a board.

    Called once after each round in which something came up, when everything is committed, and after
    one that a guard or a missing approval has stopped, once for each plan. Of a conflict that nobody
    decided by its time it is told once. The same notices come again only if the process died in
    between. What fails here is reported and changes nothing of the round.

    Args:
        notices: what came up, in the order in which it did; never empty. They hold no values.

    Returns:
        Nothing.

    Silence:
        Nobody is told; the page and ``kamsync conflicts`` show the same.

    Example::

        from kamsync import hookimpl

        @hookimpl
        def kamsync_notify(notices):
            for notice in notices:
                print(f"{notice.about}: {notice.text}")
    """


@hookspec
def kamsync_reports() -> Mapping[str, ReportMaker] | None:
    """Offer reports for ``kamsync report NAME`` and the page.

    Called when a report is asked for or the reports are listed. A maker is called with the open
    store, which it only reads. How a report looks as text, CSV, a workbook, a page or JSON is not its
    matter: it says which columns group the rows, which hold what several rows share, and which are
    added up.

    Returns:
        The makers by name. A name that an earlier plugin offers already is refused.

    Silence:
        The plugin brings no report.

    Example::

        from kamsync import hookimpl
        from kamsync.extensions import Column, Report

        def accounts(store):
            return Report("Accounts", (Column("count"),), [(store.records.count("account"),)])

        @hookimpl
        def kamsync_reports():
            return {"accounts": accounts}
    """


@hookspec
def kamsync_commands() -> Sequence[click.Command] | None:
    """Add commands to ``kamsync``.

    Called when the command line is not one of the core's own commands, or when help lists all of
    them. Import what a command needs inside of it, so that ``kamsync --help`` stays quick.

    Returns:
        Click commands or groups. A name of a core command, or one that an earlier plugin took, is
        refused.

    Silence:
        The plugin adds no command.

    Example::

        import click

        from kamsync import hookimpl

        @click.command(help="Say hello.")
        def greet():
            click.echo("Hello.")

        @hookimpl
        def kamsync_commands():
            return [greet]
    """


@hookspec
def kamsync_sandboxes() -> Iterable[Sandbox] | None:
    """Offer local servers that speak a system's real protocol, for demos, development and tests.

    Called when ``kamsync sandbox`` runs or a demo is set up. Nothing is started until one is
    chosen by name.

    Returns:
        The sandboxes. A name that an earlier plugin offers already is refused. One with a *stage*
        can take the place of a system in memory in ``kamsync simulate --systems``.

    Silence:
        The plugin brings no sandbox.

    Example::

        from kamsync import hookimpl
        from kamsync.extensions import Sandbox

        def start(options):
            from acme_sandbox import serve

            return serve(options.port, options.seed)

        def stage():
            from acme_sandbox.stage import AcmeStage

            return AcmeStage()

        @hookimpl
        def kamsync_sandboxes():
            return [Sandbox("acme", "The Acme API with twenty accounts.", start, stage)]
    """
