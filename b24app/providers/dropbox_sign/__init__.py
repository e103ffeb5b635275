"""Dropbox Sign (formerly HelloSign), API v3. Its words, units and indexes end in this room.

Facts not linked in place: developers.hellosign.com/api/reference.
"""

from b24app.providers.dropbox_sign.connecting import listed

__all__ = ["listed"]
