"""The rules: pure, no clock, no ids made inside, no input or output."""
