"""What the portal tells: records in their shape, what a search finds, and events for whoever listens.

No record is changed here. Read `showing` first; then `searching`, and `journal`.
"""
