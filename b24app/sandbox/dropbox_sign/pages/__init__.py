"""What people see: signing, embedded signing, consent."""
