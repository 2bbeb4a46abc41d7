"""What other audit tools accept as known, read from their files, as suppressions of ours."""
