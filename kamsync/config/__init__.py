"""The configuration: what a person wrote, checked before anything happens.

`load_config` reads ``kamsync.toml`` and the environment, fetches secrets and reports every error at
once. A configuration names what kamsync may do: without it, nothing is written anywhere.
"""

from __future__ import annotations

from kamsync.config.load import DEFAULT_FILE, load_config, read_toml
from kamsync.config.private import make_key_file, read_key_file
from kamsync.config.sections import (
    Config,
    FieldSection,
    GuardLimit,
    GuardSection,
    GuardSections,
    IdentitySection,
    MapSection,
    RoundSection,
    ScopeSection,
    StoreSection,
    SystemSection,
)

__all__ = [
    "DEFAULT_FILE",
    "Config",
    "FieldSection",
    "GuardLimit",
    "GuardSection",
    "GuardSections",
    "IdentitySection",
    "MapSection",
    "RoundSection",
    "ScopeSection",
    "StoreSection",
    "SystemSection",
    "load_config",
    "make_key_file",
    "read_key_file",
    "read_toml",
]
