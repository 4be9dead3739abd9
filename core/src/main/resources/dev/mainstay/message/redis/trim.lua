-- Forgets the oldest messages up to a position: ARGV is it, and how many at most. Those that a group has in hand, waits with
-- or gave up are kept. Returns how many were forgotten.
local oldest = redis.call('XRANGE', root .. 'all', '-', ARGV[1], 'COUNT', ARGV[2])
if #oldest == 0 then
  return {0}
end
local positions, lanes = {}, {}
for _, entry in ipairs(oldest) do
  local fields = entry[2]
  positions[#positions + 1] = string.match(entry[1], '^%d+')
  lanes[fields[6] .. ':' .. fields[8]] = fields[6]
end
for position in pairs(needed_of(positions)) do
  local entry = redis.call('XRANGE', root .. 'log', position, position)[1]
  if entry then
    redis.call('HSETNX', root .. 'kept', position, cjson.encode(entry[2]))
  end
end
local behind = text(tonumber(positions[#positions]) + 1)
redis.call('XTRIM', root .. 'all', 'MINID', behind)
redis.call('XTRIM', root .. 'log', 'MINID', behind)
local channels = {}
for lane, channel in pairs(lanes) do
  channels[channel] = true
  redis.call('XTRIM', root .. 'of:' .. lane, 'MINID', behind)
  if redis.call('XLEN', root .. 'of:' .. lane) == 0 then
    redis.call('DEL', root .. 'of:' .. lane)
  end
end
for channel in pairs(channels) do
  if redis.call('EXISTS', index(channel, 0), index(channel, 1), index(channel, 2), index(channel, 3)) == 0 then
    redis.call('SREM', root .. 'channels', channel)
  end
end
return {#oldest}
