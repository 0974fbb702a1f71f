"""Everything that opens over the list; a dialog answers with plain values and writes nothing itself."""
