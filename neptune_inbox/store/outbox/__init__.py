"""The marks that are not settled and their receipts, bound to the journal; nothing here sends."""
