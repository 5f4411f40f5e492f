-- A key as long as a record may be would be there again in each of the record's lines.
ALTER TABLE dead_letters
    COMMENT COLUMN kafka_key 'Key of the Kafka record, its first 1024 bytes; empty when it had none';
