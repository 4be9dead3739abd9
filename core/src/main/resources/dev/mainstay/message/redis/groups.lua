-- How groups stand: ARGV is the name behind which, how many, and one name alone or none. Of each its name, channels as JSON,
-- keys, filter, ordered, attempts, first and longest wait, lease, creation, messages not read (counted up to 1,000 a channel
-- and priority), the oldest of them, in hand, consumers, waiting, dead, missed.
local names = ARGV[3] ~= '' and {ARGV[3]} or redis.call('SMEMBERS', root .. 'groups')
table.sort(names)

local function unread(group)
  local count, oldest = 0, 0
  for _, channel in ipairs(group.channels) do
    for urgency = 0, 3 do
      local fresh = entries(index(channel, urgency), tonumber(group['at' .. urgency]), 1000)
      count = count + #fresh
      if #fresh > 0 and (oldest == 0 or fresh[1].position < oldest) then
        oldest = fresh[1].position
      end
    end
  end
  return text(count), text(oldest)
end

local function in_hand(group)
  local held, consumers, known = 0, 0, {}
  for _, token in ipairs(redis.call('ZRANGE', group.claims, 0, -1)) do
    held = held + redis.call('HLEN', claim_key(group, token)) - 3
    local consumer = redis.call('HGET', claim_key(group, token), 'consumer')
    if consumer and not known[consumer] then
      known[consumer] = true
      consumers = consumers + 1
    end
  end
  return text(held), text(consumers)
end

local found = {}
for _, name in ipairs(names) do
  local group = name > ARGV[1] and #found < tonumber(ARGV[2]) and group_of(name)
  if group then
    local behind, oldest = unread(group)
    local held, consumers = in_hand(group)
    found[#found + 1] = {name, cjson.encode(group.channels), group.keys, group.filter, group.ordered, group.attempts,
      group.first, group.longest, group.lease, group.created, behind, oldest, held, consumers,
      text(redis.call('ZCARD', group.waiting)), text(redis.call('ZCARD', group.dead)), group.missed or '0'}
  end
end
return found
