-- Of these groups the ones that may have something to hand out.
local ready = {}
for _, name in ipairs(ARGV) do
  local group = group_of(name)
  local is_ready = group and redis.call('EXISTS', group.waiting) == 1
  if group and not is_ready then
    for _, channel in ipairs(group.channels) do
      for urgency = 0, 3 do
        local after = text(tonumber(group['at' .. urgency]) + 1)
        is_ready = is_ready or #redis.call('XRANGE', index(channel, urgency), after, '+', 'COUNT', 1) > 0
      end
    end
  end
  if is_ready then
    ready[#ready + 1] = name
  end
end
return ready
