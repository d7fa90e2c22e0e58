-- Which commands the caller may not run.
--
-- KEYS[1] a key that they are to touch
-- ARGV[1..] commands; those that do not begin with a key are looked up without one
-- Reply   those that are denied; none on a server that cannot tell, before Redis 7.0
-- O(commands). Redis 6.2.

local denied = {}
for _, command in ipairs(redis.acl_check_cmd and ARGV or {}) do
  local may
  if command == 'TIME' then
    may = redis.acl_check_cmd(command)
  else
    may = redis.acl_check_cmd(command, KEYS[1])
  end
  if not may then
    denied[#denied + 1] = command
  end
end
return denied
