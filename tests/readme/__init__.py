"""What the README says is what happens: every command, every output, every link."""
