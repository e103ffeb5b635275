"""The portal's REST 2.0 methods."""
