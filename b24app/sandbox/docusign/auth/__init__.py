"""The account server: consent, tokens, userinfo."""
