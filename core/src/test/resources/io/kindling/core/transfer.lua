-- KEYS[1] the string that is appended to
-- KEYS[2] the string that is read
redis.call('APPEND', KEYS[1], redis.call('GET', KEYS[2]) .. ARGV[1])
return {redis.call('GET', KEYS[1]), #ARGV}
