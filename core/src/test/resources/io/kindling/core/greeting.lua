#!lua name=kindlingtest
-- version: 2
redis.register_function('kindlingtest_set', function(keys, args)
  return redis.call('SET', keys[1], args[1])
end)
redis.register_function{function_name='kindlingtest_get', flags={'no-writes'}, callback=function(keys)
  return redis.call('GET', keys[1])
end}
redis.register_function{function_name='kindlingtest_fail', flags={'no-writes'}, callback=function()
  return redis.error_reply('KINDLINGCOLD 1/3')
end}
