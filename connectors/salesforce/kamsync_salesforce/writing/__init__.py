"""Write: carry out writes in few calls, and say of each row what became of it.

Nothing is sent blindly twice, and nothing is written over that is newer. Read `writes` first; then
`outgoing`, the bodies, and `sending`, the calls.
"""
