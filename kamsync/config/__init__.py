"""The configuration: what a person wrote, checked before anything happens.

`load_config` reads ``kamsync.toml`` and the environment and fetches secrets; `resolve` says what
that means with the loaded plugins; `connect` makes the connector of one system. Each reports every
error that it finds at once. A configuration names what kamsync may do: nothing else is written.
"""

from __future__ import annotations

from kamsync.config.beginning import (
    Beginning,
    NewSystem,
    as_name,
    as_scope,
    bare_draft,
    begun,
)
from kamsync.config.connect import connect, options_of
from kamsync.config.load import DEFAULT_FILE, load_config, read_toml
from kamsync.config.policies import config_of_policies, read_policies
from kamsync.config.resolve import Resolved, resolve
from kamsync.config.sections import (
    Config,
    FieldSection,
    IdentitySection,
    MapSection,
    PolicyFile,
    RoundSection,
    ScopeSection,
    StoreSection,
    SystemSection,
)
from kamsync.config.template import templates

__all__ = [
    "DEFAULT_FILE",
    "Beginning",
    "Config",
    "FieldSection",
    "IdentitySection",
    "MapSection",
    "NewSystem",
    "PolicyFile",
    "Resolved",
    "RoundSection",
    "ScopeSection",
    "StoreSection",
    "SystemSection",
    "as_name",
    "as_scope",
    "bare_draft",
    "begun",
    "config_of_policies",
    "connect",
    "load_config",
    "options_of",
    "read_policies",
    "read_toml",
    "resolve",
    "templates",
]
