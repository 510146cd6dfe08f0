"""Read: learn what the systems hold, and what has happened to their records since.

Nothing is written to a system here, and nothing is decided: what was seen is kept as facts of links.
Read `pull` first, which fetches; then `hearing`, through which every reading comes.
"""
