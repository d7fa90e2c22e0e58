-- Writes whole records into one bucket, unless a later batch has written there.
--
-- KEYS[1] hash of the bucket
-- ARGV[1] sequence of the batch, as a decimal
-- ARGV[2..] id and record, one after the other, at most 1,000 pairs
-- Reply   OK, or the sequence of the later batch: then nothing was written
-- O(records). Redis 6.2. One key, so one slot. Running it again leaves the same bytes.

local last = redis.call('HGET', KEYS[1], 'last')
if last and tonumber(last) > tonumber(ARGV[1]) then
  return last
end
redis.call('HSET', KEYS[1], 'last', ARGV[1], unpack(ARGV, 2))
return 'OK'
