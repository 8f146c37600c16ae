"""Every port in memory, with switches to fail, hang and lie."""
