"""The screens and sheets; each decides what its widgets' messages mean, and answers with plain values."""
