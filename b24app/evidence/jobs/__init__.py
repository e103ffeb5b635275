"""Work of this room that runs in a guarded child; see b24app/documents/jobs."""
