"""Letters to signers: their wording, their form, and the mail server that takes them."""
