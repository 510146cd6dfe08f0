"""Read: learn what the systems hold, and what has happened to their records since.

Nothing is written to a system here: what was seen is kept, for the merge to deal with. Read `pull` first,
which fetches; then `hearing`, through which every reading comes.
"""
