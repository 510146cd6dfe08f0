"""Match: tell which record a native record is, and keep what records are recognised by.

What is sure is linked, what is not sure becomes a question; two records are never made one by a guess.
Read `match` first.
"""
