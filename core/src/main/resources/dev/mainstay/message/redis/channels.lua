-- The channels that have messages: ARGV is the name behind which, and how many. Of each its name, the last position, and the
-- messages of the last hour, counted up to 1,000 a priority.
local names = redis.call('SMEMBERS', root .. 'channels')
table.sort(names)
local hour = text(now() - 3600000000)
local found = {}
for _, name in ipairs(names) do
  if name > ARGV[1] and #found < tonumber(ARGV[2]) and string.sub(name, 1, 7) ~= '@reply.' then
    local last, recent = 0, 0
    for urgency = 0, 3 do
      local newest = redis.call('XREVRANGE', index(name, urgency), '+', '-', 'COUNT', 1)[1]
      last = math.max(last, newest and tonumber(string.match(newest[1], '^%d+')) or 0)
      recent = recent + #redis.call('XRANGE', index(name, urgency), hour, '+', 'COUNT', 1000)
    end
    if last > 0 then
      found[#found + 1] = {name, text(last), text(recent)}
    end
  end
end
return found
