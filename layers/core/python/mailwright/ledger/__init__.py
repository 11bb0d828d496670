"""The send ledger: states and transitions of every email in the contact row. Pure."""
