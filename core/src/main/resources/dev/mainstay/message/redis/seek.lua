-- Sets a group behind a position.
local key = root .. 'group:' .. ARGV[1]
if redis.call('EXISTS', key) == 1 then
  redis.call('HSET', key, 'at0', ARGV[2], 'at1', ARGV[2], 'at2', ARGV[2], 'at3', ARGV[2])
end
return 1
