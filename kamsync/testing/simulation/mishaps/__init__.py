"""What goes wrong around the systems and the hub, beside the faults of single calls and rows.

Clocks jump, rights are lost, records are hidden, merges undone, systems put back, and another process
wants the store. What is changed behind the hub's back is told to the observer. Read `troubles` first.
"""
