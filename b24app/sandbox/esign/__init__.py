"""What the stand-ins of the signing services share: time, errands, letters, limits, paper, pages."""
