-- Stores messages in this order. ARGV[1] is 1 when each of them may have been stored before, by its identifier; then
-- ten values a message: identifier, channel, priority, sender, routing key, correlation, reply channel, time to live in
-- microseconds, headers, body; empty for none. Returns the positions, 0 for one stored before.
local moment = now()
local head = math.max(tonumber(redis.call('GET', root .. 'head') or '0'), moment)
local positions = {}
local channels = {}
local is_new = {}
for at = 2, #ARGV, 10 do
  local id, channel, urgency, sender = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  if ARGV[1] == '1' and not redis.call('SET', root .. 'stored:' .. id, '1', 'NX', 'EX', 86400) then
    positions[#positions + 1] = '0'
  else
    head = head + 1
    local entry = text(head) .. '-0'
    local expires = ARGV[at + 7] == '' and '0' or text(moment + tonumber(ARGV[at + 7]))
    redis.call('XADD', root .. 'log', entry, 'i', id, 'c', channel, 'p', urgency, 's', sender, 'k', ARGV[at + 4],
      'o', ARGV[at + 5], 'r', ARGV[at + 6], 'x', expires, 'h', ARGV[at + 8], 'b', ARGV[at + 9])
    redis.call('XADD', index(channel, urgency), entry, 's', sender, 'x', expires)
    redis.call('XADD', root .. 'all', entry, 's', sender, 'x', expires, 'c', channel, 'p', urgency)
    positions[#positions + 1] = text(head)
    if not is_new[channel] then
      is_new[channel] = true
      channels[#channels + 1] = channel
      redis.call('SADD', root .. 'channels', channel)
    end
  end
end
redis.call('SET', root .. 'head', text(head))
if #channels > 0 then
  redis.call('SADD', KEYS[2], root)
  tell(channels)
end
return positions
