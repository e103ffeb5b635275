"""A stand-in of Dropbox Sign: API v3, hosted and embedded signing pages, callbacks.

Written from the vendor's published description (github.com/hellosign/hellosign-openapi) and documentation.
"""
