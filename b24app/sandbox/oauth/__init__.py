"""The OAuth server in small (docs: settings/oauth/)."""
