"""The scripts in benchmarks/ and the notebooks share these modules; none of them is run by itself.

`items` makes what is counted, and `theory` says how well it can be. A `contestant` takes part in a
comparison: it is one of `ours`, of `rivals` (`rust_crate` builds one of them from rust/) or of
`limits`.
`list_tables`, `array_tables` and `column_tables` make tables of them, `comparison` runs a table by
`turns`, `peak_memory` adds its memory, `entry_table` shows it, and `run_tables` is all of that as a
command. `options` are those of the command line, `markdown` makes tables, and `output` writes them
with what is known of the `machine`.
"""
