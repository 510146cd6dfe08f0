"""What all in the portal is told in: object types, properties, values, times, callers and refusals.

Nothing here knows of any record. Read `kinds` first; then `definitions`, the properties that every portal
begins with, and `values`, what they may hold.
"""
