"""Find the plugins that are installed, load those that the configuration names, ask them one by one.

Entry points of the group ``kamsync`` are listed without importing anything. What loads is named in
the configuration, in its order. A plugin that cannot be imported, takes too long, is offered twice
or breaks the contract of a hook is left out and kept as a `Broken`, and the rest goes on.
"""

from __future__ import annotations

from kamsync.plugins.found import Broken, Installed, list_plugins
from kamsync.plugins.loaded import Plugins, load_plugins

__all__ = ["Broken", "Installed", "Plugins", "list_plugins", "load_plugins"]
