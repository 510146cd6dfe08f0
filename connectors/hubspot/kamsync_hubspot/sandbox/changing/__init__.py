"""What changes records: each is checked and computed, written, linked, merged, deleted and restored.

It is the same for people at the screen and for the API. Read `writing` first, one record; then `batches`,
many.
"""
