-- Writes one chunk of a large vector under a key that no record names yet. With its time to live in
-- the same step: a writer that dies here leaves nothing that stays for ever.
--
-- KEYS[1] hash with the chunks
-- ARGV[1] index of the chunk   ARGV[2] chunk   ARGV[3] ms to live
-- Reply   1
-- O(1). Redis 6.2. One key, so one slot.

redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
