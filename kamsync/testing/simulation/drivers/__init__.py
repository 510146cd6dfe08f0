"""What plays histories: from tapes, from seeds, or spelled out one by one; and what makes a tape short.

Each history is one call of `play`, with a tape of its own. Read `runner` first.
"""
