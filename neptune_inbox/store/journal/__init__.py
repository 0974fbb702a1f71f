"""The record of every write: files of lines that are only appended to, and an index that is made from them."""
