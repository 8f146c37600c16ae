"""Backups' files under seal: one encrypted file for each directory."""
