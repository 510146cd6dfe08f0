"""The loaded plugins, and what they offer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import pluggy

from kamsync import hookspecs
from kamsync.errors import ConfigurationInvalid, UnknownName
from kamsync.mapping import EntityMap
from kamsync.plugins import answers
from kamsync.plugins.found import (
    BUILT_IN,
    Broken,
    Installed,
    Refused,
    list_plugins,
    within,
)
from kamsync.schema import Entity, Schema
from kamsync.wording import did_you_mean, there_are

if TYPE_CHECKING:
    import click

    from kamsync.connector import Connector
    from kamsync.extensions import Notice, ReportMaker, Sandbox
    from kamsync.identity import KeyMaker
    from kamsync.policy import RuleMaker

__all__ = ["ANSWER_LIMIT_S", "LOAD_LIMIT_S", "Plugins", "load_plugins"]

LOAD_LIMIT_S = 10.0
ANSWER_LIMIT_S = 30.0

T = TypeVar("T")


def load_plugins(
    names: Sequence[str], *, limit_s: float = LOAD_LIMIT_S, answer_limit_s: float = ANSWER_LIMIT_S
) -> Plugins:
    """Load the built-in plugin, then those called *names*, in this order.

    A plugin that fails is left out and stands in `Plugins.broken`. *limit_s* is how long the import
    of one may take, *answer_limit_s* how long its answer to one hook; a slower one is abandoned.

    Raises:
        UnknownName: no plugin of such a name is installed.
    """
    installed = list_plugins()
    offered: dict[str, list[Installed]] = {}
    for each in installed:
        offered.setdefault(each.name, []).append(each)
    _require_installed(names, offered)
    plugins = Plugins(answer_limit_s=answer_limit_s)
    for name in dict.fromkeys((installed[0].name, *names)):
        plugins.add(offered[name], limit_s=limit_s)
    return plugins


def _require_installed(names: Sequence[str], offered: Mapping[str, object]) -> None:
    """Raise `UnknownName` for the first of *names* that is not offered."""
    for name in names:
        if name not in offered:
            raise UnknownName(
                f"No plugin {name!r} is installed; {there_are(offered)}.",
                hint=did_you_mean(name, offered)
                or "Install its distribution next to kamsync, or take it out of plugins.",
            )


class Plugins:
    """The loaded plugins, asked in the order of the configuration; what failed is in `broken`."""

    def __init__(self, *, answer_limit_s: float = ANSWER_LIMIT_S) -> None:
        self.answer_limit_s = answer_limit_s
        self.loaded: dict[str, Installed] = {}
        self.broken: list[Broken] = []
        self._pluggy = pluggy.PluginManager("kamsync")
        self._pluggy.add_hookspecs(hookspecs)

    def add(self, offers: Sequence[Installed], *, limit_s: float = LOAD_LIMIT_S) -> None:
        """Load the one plugin among *offers*, or note why it is left out.

        If several distributions offer one name, nobody gets it, except that a built-in keeps its own.
        """
        first, *others = offers
        if others and first.distribution == BUILT_IN:
            self.broken += [
                Broken(each, "its name is that of a built-in plugin") for each in others
            ]
        elif others:
            reason = "it is offered by several distributions, of which only one may stay installed"
            self.broken += [Broken(each, reason) for each in offers]
            return
        try:
            self.register(first, within(limit_s, first.load))
        except Refused as refused:
            self.broken.append(Broken(first, str(refused)))

    def register(self, plugin: Installed, found: object) -> None:
        """Take in *found*, the module or object behind *plugin*, whole or not at all.

        Raises:
            Refused: it joins no hook, one that is not there, or one with arguments it lacks.
        """
        try:
            self._pluggy.register(found, plugin.name)
            self._pluggy.check_pending()
            self._require_plain_hooks(found)
        except (ValueError, pluggy.PluginValidationError, Refused) as error:
            if self._pluggy.get_plugin(plugin.name) is not None:
                self._pluggy.unregister(name=plugin.name)
            raise Refused(" ".join(str(error).split()).rstrip(".")) from error
        self.loaded[plugin.name] = plugin

    def hooks(self, name: str) -> tuple[str, ...]:
        """Return the hooks that the loaded plugin called *name* joins, sorted."""
        callers = self._pluggy.get_hookcallers(self._pluggy.get_plugin(name)) or ()
        return tuple(sorted(caller.name for caller in callers))

    def connectors(self) -> dict[str, type[Connector]]:
        """Return the connector classes by kind."""
        return self._named("kamsync_connectors", answers.named(answers.connector_class))

    def connector(self, kind: str) -> type[Connector]:
        """Return the class for *kind*; `UnknownName` says what there is and how to get it."""
        known = self.connectors()
        if kind in known:
            return known[kind]
        raise UnknownName(
            f"No plugin offers the connector {kind!r}; {there_are(known)}.",
            hint=self._way_to(kind) or did_you_mean(kind, known),
        )

    def schema(self, base: Schema) -> Schema:
        """Return *base* with what the plugins add."""
        check = answers.list_of(answers.of_type(Entity))
        for plugin, additions in self._answers("kamsync_schema", check):
            try:
                base = base.extended(additions)
            except ConfigurationInvalid as error:
                self._refuse(plugin, "kamsync_schema", error.message)
        return base

    def mappings(self, kind: str, schema: Schema) -> dict[str, EntityMap]:
        """Return the ready maps of systems of one *kind*, by entity."""
        maps: dict[str, EntityMap] = {}
        check = answers.list_of(answers.of_type(EntityMap))
        for plugin, answer in self._answers("kamsync_mappings", check, kind=kind, schema=schema):
            for each in answer:
                try:
                    maps[each.entity] = answers.joined(maps.get(each.entity), each)
                except Refused as refused:
                    self._refuse(plugin, "kamsync_mappings", str(refused))
        return maps

    def rules(self) -> dict[str, RuleMaker]:
        """Return the makers of policy rules by name."""
        return self._named("kamsync_policy_rules", answers.named(answers.callable_))

    def key_makers(self) -> tuple[KeyMaker, ...]:
        """Return the makers of exact match keys."""
        check = answers.list_of(partial(answers.callable_, "match key"))
        return tuple(
            maker for _, makers in self._answers("kamsync_match_keys", check) for maker in makers
        )

    def notify(self, notices: Sequence[Notice]) -> None:
        """Hand *notices* to every plugin that tells people; one that fails is noted in `broken`."""
        if notices:
            list(self._answers("kamsync_notify", answers.nothing, notices=notices))

    def reports(self) -> dict[str, ReportMaker]:
        """Return the makers of reports by name."""
        return self._named("kamsync_reports", answers.named(answers.callable_))

    def commands(self, taken: Iterable[str] = ()) -> dict[str, click.Command]:
        """Return the commands by name; a name in *taken* is refused."""
        return self._named("kamsync_commands", answers.list_of(answers.command), taken)

    def sandboxes(self) -> dict[str, Sandbox]:
        """Return the sandboxes by name."""
        return self._named("kamsync_sandboxes", answers.list_of(answers.sandbox))

    def _require_plain_hooks(self, found: object) -> None:
        """Refuse a plugin that joins no hook, or that wraps other plugins' answers."""
        callers = self._pluggy.get_hookcallers(found)
        if not callers:
            raise Refused("nothing in it is marked with kamsync.hookimpl")
        for caller in callers:
            if any(each.plugin is found and each.wrapper for each in caller.get_hookimpls()):
                raise Refused(f"its {caller.name} is a wrapper, and wrappers are not called")

    def _way_to(self, kind: str) -> str:
        """Say how to get a connector whose plugin is installed or broken, as far as is known."""
        for each in self.broken:
            if each.plugin.name == kind:
                return str(each)
        if kind not in self.loaded and any(kind == each.name for each in list_plugins()):
            return f"The plugin {kind!r} is installed: add it to plugins in the configuration."
        return ""

    def _answers(
        self, hook: str, check: Callable[[object], T], **arguments: object
    ) -> Iterator[tuple[Installed, T]]:
        """Ask each plugin that joins *hook*; yield the checked answers of those that did not fail."""
        joined = {
            each.plugin_name: each for each in getattr(self._pluggy.hook, hook).get_hookimpls()
        }
        for name, plugin in self.loaded.items():
            if name not in joined:
                continue
            function, wanted = joined[name].function, joined[name].argnames
            ask = _asking(function, {key: arguments[key] for key in wanted}, check)
            try:
                answer = within(self.answer_limit_s, ask)
            except Refused as refused:
                self._refuse(plugin, hook, str(refused))
            else:
                if answer is not None:
                    yield plugin, answer

    def _named(
        self, hook: str, check: Callable[[object], list[tuple[str, T]]], taken: Iterable[str] = ()
    ) -> dict[str, T]:
        """Return what all plugins answered by name; a name that is taken stays with the first."""
        owners = dict.fromkeys(taken, "kamsync itself")
        merged: dict[str, T] = {}
        for plugin, answer in self._answers(hook, check):
            for name, each in answer:
                if name in owners:
                    self._refuse(plugin, hook, f"{name!r} is taken by {owners[name]}")
                else:
                    owners[name] = f"the plugin {plugin.name}"
                    merged[name] = each
        return merged

    def _refuse(self, plugin: Installed, hook: str, reason: str) -> None:
        """Note, once, that an answer was left out."""
        broken = Broken(plugin, reason.rstrip("."), hook)
        if broken not in self.broken:
            self.broken.append(broken)


def _asking(
    function: Callable[..., object], wanted: Mapping[str, object], check: Callable[[object], T]
) -> Callable[[], T | None]:
    """Return a call that asks *function* and checks the answer, unless it is None."""

    def ask() -> T | None:
        answer = function(**wanted)
        return None if answer is None else check(answer)

    return ask
