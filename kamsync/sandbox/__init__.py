"""Sandboxes: local servers that speak a system's real protocol, for demos, development and tests.

`hosting` starts those that plugins offer. The rest is what every sandbox is built from, so that a
plugin brings nothing but its system: a `server` in a thread, a `clock` that can be moved, a log of
`calls`, `faults` from a file, made-up `credentials`, and the doors of `control` for tests. Those
need the extra ``kamsync[sandbox]``; hosting does not.
"""

from kamsync.sandbox.hosting import Ready, asked_to_stop, chosen, hosted

__all__ = ["Ready", "asked_to_stop", "chosen", "hosted"]
