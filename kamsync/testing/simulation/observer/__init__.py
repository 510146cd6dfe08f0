"""The observer: it sees every act, write and entry of the journal, and says which invariant they break.

It knows what the author of every value had seen, and nothing of how the engine decides; it changes
nothing. Read `truth` first; then `landing`, which hears the systems, and `chronicle`, which hears the
journal.
"""
