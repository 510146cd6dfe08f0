"""One history: the world and its steps, and what must come true at its end, when it comes to rest.

Each step is drawn, taken and held against the invariants; the first breach ends it. Read `world` first;
then `winddown`, the end.
"""
