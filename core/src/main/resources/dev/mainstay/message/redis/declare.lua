-- Creates a group or changes what it wants: name, channels as JSON, keys, filter, whether ordered, attempts, lease in
-- microseconds, the position a new one begins behind, first and longest wait in milliseconds, and jitter.
local key = root .. 'group:' .. ARGV[1]
if redis.call('EXISTS', key) == 0 then
  redis.call('HSET', key, 'created', text(now()), 'at0', ARGV[8], 'at1', ARGV[8], 'at2', ARGV[8], 'at3', ARGV[8])
end
redis.call('HSET', key, 'channels', ARGV[2], 'keys', ARGV[3], 'filter', ARGV[4], 'ordered', ARGV[5], 'attempts', ARGV[6],
  'lease', ARGV[7], 'first', ARGV[9], 'longest', ARGV[10], 'jitter', ARGV[11])
redis.call('SADD', root .. 'groups', ARGV[1])
return 1
