"""What is covered, by name and number: invariants, known faults, what is pending, and what was tried.

Lists that tests hold against what is there, so that no gap stays unseen. Read `invariants` first.
"""
