"""Read: what changed since a cursor, and the present state of single records.

Nothing that was committed late, deleted or merged may be missed. Read `reads` first; then `fetches`.
"""
