"""Who works in the portal and on what: people at the screen, and records to begin with.

A portal is filled with a made-up world, from files, or with very many records to measure with. Read `acting`
first; then `filling`.
"""
