"""PDF work of the signing services: read, mark, merge, seal. Libraries are imported only when first needed."""
