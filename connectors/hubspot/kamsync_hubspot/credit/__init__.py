"""Who works for a company, and who shares in the credit for a deal: no objects of HubSpot's, yet entities.

They are put together from what HubSpot keeps in other places. Read `assignments` first, properties of a
company; then `splits`, which are kept behind paths of their own.
"""
