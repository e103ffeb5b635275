"""One room per signing provider, all with the same interface (base.py). Vendor words end in their room."""
