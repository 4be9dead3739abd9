-- Takes groups past what is going to be forgotten: ARGV is the position up to which, and how many messages are looked at,
-- at most. Counts what a group had not read and could still have been given. Returns 1 when there is more.
local cut, left = tonumber(ARGV[1]), tonumber(ARGV[2])
local moment = now()

-- False when it has not come to the end.
local function pass(group, urgency)
  local keys = {}
  for _, channel in ipairs(group.channels) do
    keys[#keys + 1] = index(channel, urgency)
  end
  local limit = math.ceil(left / #keys)
  local page = merged(keys, tonumber(group['at' .. urgency]), limit, cut)
  local missed = 0
  for _, entry in ipairs(page) do
    missed = missed + ((entry.expires == 0 or entry.expires > moment) and 1 or 0)
  end
  left = left - #page
  redis.call('HSET', group.key, 'at' .. urgency, text(#page < limit and cut or page[#page].position))
  if missed > 0 then
    redis.call('HINCRBY', group.key, 'missed', missed)
  end
  return #page < limit
end

for _, name in ipairs(redis.call('SMEMBERS', root .. 'groups')) do
  local group = group_of(name)
  for urgency = 0, 3 do
    if group and tonumber(group['at' .. urgency]) < cut and (left <= 0 or not pass(group, urgency)) then
      return {1}
    end
  end
end
return {0}
