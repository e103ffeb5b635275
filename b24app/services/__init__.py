"""One verb a file: load, decide, save and enqueue in one transaction. No Flask, no HTML."""
