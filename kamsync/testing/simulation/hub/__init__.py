"""The hub of a history: its rounds and its store, who decides its conflicts, and who brings it back.

It runs the engine as it is, dies wherever the tape says, and starts again on what was committed. Read
`hubside` first.
"""
