"""What signers see."""
