"""Everything that is Bitrix24's own: REST, OAuth, limits and batches, and what a portal posts to us."""
