"""A stand-in of DocuSign: the account server and eSignature REST API v2.1, hosted signing, Connect.

Written from the vendor's published description (github.com/docusign/OpenAPI-Specifications) and documentation.
"""
