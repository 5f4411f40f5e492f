-- Parts are merged ten at a time instead of five: each row is written anew less often, for a few more parts of what came lately.
ALTER TABLE events MODIFY SETTING merge_selector_base = 10;
