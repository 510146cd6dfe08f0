"""For tests: the connector with a portal on this machine, and people who work in it.

Needs the extra ``kamsync-hubspot[sandbox]``. Read `world` first, on which conformance is tested; then
`stage`, on which histories of the simulation are played.
"""
