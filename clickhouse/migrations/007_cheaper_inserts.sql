-- Parts are merged ten at a time instead of five: each row is written anew less often, for a few more parts of what came lately.
-- And small inserts write fewer files and look at their columns less often: no statistics, no search for columns that are mostly
-- empty, no marks for the inner parts of a value.
ALTER TABLE events MODIFY SETTING
    merge_selector_base = 10,
    auto_statistics_types = '',
    ratio_of_defaults_for_sparse_serialization = 1,
    write_marks_for_substreams_in_compact_parts = 0;
