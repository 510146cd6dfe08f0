"""Rounds: all phases in their order, once, with the systems that can be served.

What stops a round leaves nothing half done. Read `run` first, then `steps`, of which a round consists.
"""
