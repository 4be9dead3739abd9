-- Forgets messages stored more than so many microseconds ago, but keeps those that a group has in hand, waits with or
-- gave up. Counts what a group had not read and could still have been given.
local moment = now()
local cut = moment - tonumber(ARGV[1])
local needed = {}
for _, name in ipairs(redis.call('SMEMBERS', root .. 'groups')) do
  local group = group_of(name)
  for _, position in ipairs(redis.call('ZRANGEBYSCORE', group.waiting, '-inf', text(cut))) do
    needed[position] = true
  end
  for _, position in ipairs(redis.call('ZRANGE', group.dead, 0, -1)) do
    needed[position] = true
  end
  for _, token in ipairs(redis.call('ZRANGE', group.claims, 0, -1)) do
    for _, position in ipairs(redis.call('HKEYS', claim_key(group, token))) do
      needed[position] = true
    end
  end
end
local function unread(group)
  local count = 0
  for _, channel in ipairs(group.channels) do
    for urgency = 0, 3 do
      local reached, page = tonumber(group['at' .. urgency]), nil
      repeat
        page = entries(index(channel, urgency), reached, 1000)
        for _, entry in ipairs(page) do
          reached = entry.position
          count = count + ((reached < cut and (entry.expires == 0 or entry.expires > moment)) and 1 or 0)
        end
      until #page < 1000 or reached >= cut
    end
  end
  return count
end

for _, name in ipairs(redis.call('SMEMBERS', root .. 'groups')) do
  local group = group_of(name)
  local missed = unread(group)
  if missed > 0 then
    redis.call('HINCRBY', group.key, 'missed', missed)
  end
end
for position in pairs(needed) do
  local age = tonumber(position)
  local entry = age and age < cut and redis.call('XRANGE', root .. 'log', position, position)[1]
  if entry then
    redis.call('HSETNX', root .. 'kept', position, cjson.encode(entry[2]))
  end
end
for _, position in ipairs(redis.call('HKEYS', root .. 'kept')) do
  if not needed[position] then
    redis.call('HDEL', root .. 'kept', position)
  end
end
redis.call('XTRIM', root .. 'all', 'MINID', text(cut))
local forgotten = redis.call('XTRIM', root .. 'log', 'MINID', text(cut))
for _, channel in ipairs(redis.call('SMEMBERS', root .. 'channels')) do
  local is_empty = true
  for urgency = 0, 3 do
    redis.call('XTRIM', index(channel, urgency), 'MINID', text(cut))
    if redis.call('XLEN', index(channel, urgency)) == 0 then
      redis.call('DEL', index(channel, urgency))
    else
      is_empty = false
    end
  end
  if is_empty then
    redis.call('SREM', root .. 'channels', channel)
  end
end
return forgotten
