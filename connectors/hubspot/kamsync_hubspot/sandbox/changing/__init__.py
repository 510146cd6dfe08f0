"""What changes records: each is checked and computed, written, linked, merged, deleted and restored.

Whatever comes in at the screen or through the API goes through here. Read `writing` first, one record; then
`batches`, many.
"""
